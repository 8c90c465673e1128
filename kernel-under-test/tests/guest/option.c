/* Options of Internet sockets at their bounds, and what of a stream is told or thrown away. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SIOCGSTAMP_OLD 0x8906

static struct sockaddr_in at(int port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static long set(int s, int level, int option, int v, int len)
{
	return RAW(SYS_setsockopt, s, level, option, &v, len);
}

/* The value, with how many bytes it has in the byte above it. */
static long get(int s, int level, int option, socklen_t len)
{
	uint8_t v[4] = {0};
	long err = RAW(SYS_getsockopt, s, level, option, v, &len);

	return err < 0 ? err : v[0] | v[1] << 8 | v[2] << 16 | (long)len << 32;
}

static void check_numbers(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), v6;

	same("IP_TTL", set(udp, IPPROTO_IP, IP_TTL, 7, 4), 0);
	same("0", set(udp, IPPROTO_IP, IP_TTL, 0, 4), -EINVAL);
	same("as it was at first", set(udp, IPPROTO_IP, IP_TTL, -1, 4), 0);
	same("one byte of it", get(udp, IPPROTO_IP, IP_TTL, 1), 64 | 1l << 32);
	same("where three fit", get(udp, IPPROTO_IP, IP_TTL, 3), 64 | 1l << 32);
	same("IP_TOS of more than a byte", set(udp, IPPROTO_IP, IP_TOS, 0x1fe, 4), 0);
	same("the byte", get(udp, IPPROTO_IP, IP_TOS, 4), 0xfe | 4l << 32);
	same("of TCP", set(tcp, IPPROTO_IP, IP_TOS, -1, 4), 0);
	same("less two bits", get(tcp, IPPROTO_IP, IP_TOS, 4), 0xfc | 4l << 32);
	same("of no bytes", set(udp, IPPROTO_IP, IP_TOS, -1, 0), 0);
	same("is 0", get(udp, IPPROTO_IP, IP_TOS, 4), 4l << 32);
	same("IP_MULTICAST_TTL", set(udp, IPPROTO_IP, IP_MULTICAST_TTL, -1, 4), 0);
	same("as at first", get(udp, IPPROTO_IP, IP_MULTICAST_TTL, 4), 1 | 4l << 32);
	same("of TCP", set(tcp, IPPROTO_IP, IP_MULTICAST_TTL, 1, 4), -EINVAL);
	same("TCP_DEFER_ACCEPT", set(tcp, IPPROTO_TCP, TCP_DEFER_ACCEPT, -1, 4), 0);
	same("is none", get(tcp, IPPROTO_TCP, TCP_DEFER_ACCEPT, 4), 4l << 32);
	same("TCP_WINDOW_CLAMP", set(tcp, IPPROTO_TCP, TCP_WINDOW_CLAMP, 9, 4), 0);
	same("has a least", get(tcp, IPPROTO_TCP, TCP_WINDOW_CLAMP, 4), 1152 | 4l << 32);
	same("one byte of four", get(tcp, IPPROTO_TCP, TCP_WINDOW_CLAMP, 1), 1152 % 256 | 1l << 32);
	same("no filter to take away", set(udp, SOL_SOCKET, SO_DETACH_FILTER, 0, 4), -ENOENT);
	close(udp);
	close(tcp);
	v6 = socket(AF_INET6, SOCK_DGRAM, 0);
	same("IPV6_TCLASS of no bytes", set(v6, IPPROTO_IPV6, IPV6_TCLASS, 1, 0), -EINVAL);
	close(v6);
}

/* A connection of TCP over loopback. */
static void connect_pair(int s[2])
{
	struct sockaddr_in a = at(0);
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	s[0] = socket(AF_INET, SOCK_STREAM, 0);
	same("bind", RAW(SYS_bind, listener, &a, sizeof(a)), 0);
	same("listen", RAW(SYS_listen, listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&a, &len);
	same("connect", RAW(SYS_connect, s[0], &a, sizeof(a)), 0);
	s[1] = accept(listener, NULL, NULL);
	close(listener);
}

/* What recvmsg() says of `n` bytes: how many are left, by TCP_INQ. */
static long inq_after(int s, size_t n)
{
	char control[64] __attribute__((aligned(8))), bytes[100];
	struct iovec iov = {bytes, n};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	long got = RAW(SYS_recvmsg, s, &m, 0);
	struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);

	return got < 0 ? got : !c || c->cmsg_type != TCP_INQ ? -1 : *(int *)(void *)CMSG_DATA(c);
}

static void check_stream(void)
{
	char bytes[8] = "";
	int s[2];

	connect_pair(s);
	same("send", RAW(SYS_write, s[0], "abcdefgh", 8), 8);
	usleep(10000);
	same("a look at none of it", RAW(SYS_recvfrom, s[1], bytes, 4, MSG_TRUNC | MSG_PEEK, 0, 0),
	     4);
	same("some thrown away", RAW(SYS_recvfrom, s[1], bytes, 4, MSG_TRUNC, 0, 0), 4);
	same("were not copied", bytes[0], 0);
	same("the rest", RAW(SYS_read, s[1], bytes, 8), 4);
	same("begins behind it", bytes[0], 'e');
	same("TCP_INQ is a flag", set(s[1], IPPROTO_TCP, TCP_INQ, 2, 4), -EINVAL);
	same("TCP_INQ", set(s[1], IPPROTO_TCP, TCP_INQ, 1, 4), 0);
	same("more", RAW(SYS_write, s[0], "abcdefgh", 8), 8);
	usleep(10000);
	same("what is left", inq_after(s[1], 3), 5);
	same("nothing is", inq_after(s[1], 5), 0);
	same("shutdown", RAW(SYS_shutdown, s[0], SHUT_WR), 0);
	usleep(10000);
	same("the end is one", inq_after(s[1], 3), 1);
	close(s[0]);
	close(s[1]);
}

static void check_itself(void)
{
	struct sockaddr_in a = at(0), b;
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	char byte = 0;

	same("bind", RAW(SYS_bind, s, &a, sizeof(a)), 0);
	getsockname(s, (struct sockaddr *)&a, &len);
	same("connect to itself", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	same("getpeername", RAW(SYS_getpeername, s, &b, &len), 0);
	same("is its own name", memcmp(&a, &b, sizeof(a)), 0);
	same("send", RAW(SYS_write, s, "x", 1), 1);
	same("receive", RAW(SYS_read, s, &byte, 1), 1);
	same("the same", byte, 'x');
	same("shutdown", RAW(SYS_shutdown, s, SHUT_WR), 0);
	same("its end", RAW(SYS_read, s, &byte, 1), 0);
	same("nothing more", RAW(SYS_sendto, s, "x", 1, MSG_NOSIGNAL, 0, 0), -EPIPE);
	same("close", RAW(SYS_close, s), 0);
}

static void check_ports(void)
{
	struct sockaddr_in a = at(0);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	same("to port 0", RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a)), -EINVAL);
	same("connect to it", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	same("is no connection", RAW(SYS_getpeername, s, &a, &len), -ENOTCONN);
	close(s);
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	six.sin6_port = htons(9);
	same("to nobody", RAW(SYS_sendto, s, "x", 1, 0, &six, sizeof(six)), 1);
	len = sizeof(six);
	getsockname(s, (struct sockaddr *)&six, &len);
	holds("gives it a port", six.sin6_port != 0);
	close(s);
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	same("bind", RAW(SYS_bind, s, &six, sizeof(six)), 0);
	six.sin6_addr.s6_addr[10] = six.sin6_addr.s6_addr[11] = 255;
	six.sin6_addr.s6_addr[12] = 127;
	six.sin6_port = htons(9);
	same("to IPv4 from one bound to IPv6", RAW(SYS_sendto, s, "x", 1, 0, &six, sizeof(six)),
	     -ENETUNREACH);
	close(s);
	s = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	same("accept of a raw socket", RAW(SYS_accept, s, 0, 0), -EOPNOTSUPP);
	a = at(0);
	same("connect", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	same("shutdown", RAW(SYS_shutdown, s, SHUT_WR), 0);
	same("has no effect", RAW(SYS_write, s, "x", 1), 1);
	close(s);
}

static void check_stamp(void)
{
	struct sockaddr_in a = at(0);
	socklen_t len = sizeof(a);
	struct timeval t = {0}, u = {0};
	int s = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	char byte;

	bind(s, (struct sockaddr *)&a, sizeof(a));
	getsockname(s, (struct sockaddr *)&a, &len);
	same("SIOCGSTAMP of nothing", RAW(SYS_ioctl, s, SIOCGSTAMP_OLD, &t), -ENOENT);
	same("send", RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a)), 1);
	same("receive", RAW(SYS_read, s, &byte, 1), 1);
	same("SIOCGSTAMP", RAW(SYS_ioctl, s, SIOCGSTAMP_OLD, &t), 0);
	holds("a time", t.tv_sec > 0);
	same("again", RAW(SYS_ioctl, s, SIOCGSTAMP_OLD, &u), 0);
	holds("the same", t.tv_sec == u.tv_sec && t.tv_usec == u.tv_usec);
	close(s);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	on = setsockopt(s, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
	a = at(0);
	bind(s, (struct sockaddr *)&a, sizeof(a));
	getsockname(s, (struct sockaddr *)&a, &len);
	same("send", RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a)), 1);
	same("receive", RAW(SYS_read, s, &byte, 1), 1);
	same("who is told with each has none", RAW(SYS_ioctl, s, SIOCGSTAMP_OLD, &t), -ENOENT);
	close(s);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	check_numbers();
	check_stream();
	check_itself();
	check_ports();
	check_stamp();
}

const struct suite option_suite = {"option", run, false};
