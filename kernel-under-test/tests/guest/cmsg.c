/* What comes with a datagram when one asks for it, and what is told of a connection. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

static char control[512] __attribute__((aligned(8)));

static struct msghdr message(size_t room)
{
	static char text[64];
	static struct iovec iov = {text, sizeof(text)};

	return (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			       .msg_controllen = room};
}

/* Receives one, and how many control messages are with it; those are in `control`. */
static int get(int s, size_t room, int *flags)
{
	struct msghdr m = message(room);
	int n = 0;

	if (RAW(SYS_recvmsg, s, &m, MSG_DONTWAIT) < 0)
		return -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		n++;
	*flags = m.msg_flags;
	return n;
}

/* The control message at a place: its kind, and its first number. */
static bool is(int place, int level, int type, size_t len)
{
	struct msghdr m = message(sizeof(control));
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	while (place-- && c)
		c = CMSG_NXTHDR(&m, c);
	return c && c->cmsg_level == level && c->cmsg_type == type && c->cmsg_len == CMSG_LEN(len);
}

static int *data(int place)
{
	struct msghdr m = message(sizeof(control));
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	while (place--)
		c = CMSG_NXTHDR(&m, c);
	return (int *)(void *)CMSG_DATA(c);
}

static void set(int s, int level, int option, int v)
{
	same("setsockopt", RAW(SYS_setsockopt, s, level, option, &v, sizeof(v)), 0);
}

static long put(int s, int level, int type, const void *value, size_t n)
{
	struct msghdr m = message(CMSG_SPACE(n));
	struct cmsghdr *c;

	m.msg_iov[0].iov_len = 1;
	memset(control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), value, n);
	long result = RAW(SYS_sendmsg, s, &m, 0);
	m.msg_iov[0].iov_len = 64;
	return result;
}

static void pair_of(int family, int *near, int *far, const char *to)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
	struct sockaddr_in6 b = {.sin6_family = AF_INET6};
	socklen_t len = sizeof(b);

	*near = socket(family, SOCK_DGRAM, 0);
	*far = socket(family, SOCK_DGRAM, 0);
	if (family == AF_INET) {
		bind(*far, (void *)&a, sizeof(a));
		getsockname(*far, (void *)&a, &len);
		a.sin_addr.s_addr = htonl((uint32_t)(127 << 24 | to[0]));
		connect(*near, (void *)&a, sizeof(a));
		return;
	}
	bind(*far, (void *)&b, sizeof(b));
	getsockname(*far, (void *)&b, &len);
	if (to[0])
		memcpy(&b.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
	else
		b.sin6_addr = in6addr_loopback;
	connect(*near, (void *)&b, sizeof(b));
}

static void ipv4(void)
{
	int near, far, flags, v = 9, bad = 300;
	char tos = 16;

	pair_of(AF_INET, &near, &far, "\2");
	write(near, "a", 1);
	same("nothing, unasked", get(far, sizeof(control), &flags), 0);
	set(far, IPPROTO_IP, IP_PKTINFO, 1);
	set(far, IPPROTO_IP, IP_RECVTTL, 1);
	set(far, IPPROTO_IP, IP_RECVTOS, 1);
	set(near, IPPROTO_IP, IP_TTL, 7);
	write(near, "a", 1);
	same("three things", get(far, sizeof(control), &flags), 3);
	holds("the address", is(0, IPPROTO_IP, IP_PKTINFO, 12));
	same("its interface", data(0)[0], 1);
	same("where it is", data(0)[1], htonl(127 << 24 | 2));
	same("which was asked", data(0)[2], htonl(127 << 24 | 2));
	holds("the hops", is(1, IPPROTO_IP, IP_TTL, 4));
	same("as set", *data(1), 7);
	holds("the kind of service", is(2, IPPROTO_IP, IP_TOS, 1));
	same("none", *(char *)data(2), 0);
	same("hops of one message", put(near, IPPROTO_IP, IP_TTL, &v, sizeof(v)), 1);
	same("come", (get(far, sizeof(control), &flags), *data(1)), 9);
	same("service of one", put(near, IPPROTO_IP, IP_TOS, &tos, 1), 1);
	same("comes", (get(far, sizeof(control), &flags), *(char *)data(2)), 16);
	same("too many hops", put(near, IPPROTO_IP, IP_TTL, &bad, sizeof(bad)), -EINVAL);
	same("no such thing", put(near, IPPROTO_IP, 99, &v, sizeof(v)), -EINVAL);
	same("descriptors are not looked at", put(near, SOL_SOCKET, SCM_RIGHTS, &bad, 4), 1);
	get(far, sizeof(control), &flags);
	write(near, "a", 1);
	same("room for one", get(far, CMSG_SPACE(12), &flags), 1);
	same("it says so", flags, MSG_CTRUNC);
	write(near, "a", 1);
	same("room for none", get(far, 0, &flags), 0);
	same("that too", flags, MSG_CTRUNC);
	close(near), close(far);
}

static void ipv6(void)
{
	int near, far, flags, v = 11, bad = 256, none = -1;

	pair_of(AF_INET6, &near, &far, "");
	set(far, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	set(far, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	set(far, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	write(near, "a", 1);
	same("three of IPv6", get(far, sizeof(control), &flags), 3);
	holds("its address", is(0, IPPROTO_IPV6, IPV6_PKTINFO, 20));
	same("is ::1", memcmp(data(0), &in6addr_loopback, 16), 0);
	same("of lo", data(0)[4], 1);
	holds("its hops", is(1, IPPROTO_IPV6, IPV6_HOPLIMIT, 4));
	same("as usual", *data(1), 64);
	holds("its class", is(2, IPPROTO_IPV6, IPV6_TCLASS, 4));
	same("is none", *data(2), 0);
	same("its own hops", put(near, IPPROTO_IPV6, IPV6_HOPLIMIT, &v, 4), 1);
	same("come along", (get(far, sizeof(control), &flags), *data(1)), 11);
	same("its own class", put(near, IPPROTO_IPV6, IPV6_TCLASS, &v, 4), 1);
	same("comes along", (get(far, sizeof(control), &flags), *data(2)), 11);
	same("as usual again", put(near, IPPROTO_IPV6, IPV6_HOPLIMIT, &none, 4), 1);
	same("is 64", (get(far, sizeof(control), &flags), *data(1)), 64);
	same("too many", put(near, IPPROTO_IPV6, IPV6_HOPLIMIT, &bad, 4), -EINVAL);
	same("too few bytes", put(near, IPPROTO_IPV6, IPV6_HOPLIMIT, &bad, 2), -EINVAL);
	close(near), close(far);
	pair_of(AF_INET6, &near, &far, "\1");
	set(far, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	set(far, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	set(far, IPPROTO_IP, IP_RECVTTL, 1);
	write(near, "a", 1);
	same("of IPv4", get(far, sizeof(control), &flags), 2);
	holds("a mapped address", is(0, IPPROTO_IPV6, IPV6_PKTINFO, 20) &&
					  memcmp(data(0), "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1",
						 16) == 0);
	holds("hops of IPv4", is(1, IPPROTO_IP, IP_TTL, 4));
	close(near), close(far);
}

static void times(void)
{
	struct timespec before, after;
	struct timeval tv;
	int near, far, flags, pair[2], v;
	socklen_t len = sizeof(v);

	pair_of(AF_INET, &near, &far, "\1");
	set(far, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set(far, SOL_SOCKET, SO_TIMESTAMP, 1);
	same("one way of telling", (getsockopt(far, SOL_SOCKET, SO_TIMESTAMPNS, &v, &len), v), 0);
	clock_gettime(CLOCK_REALTIME, &before);
	write(near, "a", 1);
	clock_gettime(CLOCK_REALTIME, &after);
	same("a time", get(far, sizeof(control), &flags), 1);
	holds("in microseconds", is(0, SOL_SOCKET, SCM_TIMESTAMP, sizeof(tv)));
	memcpy(&tv, data(0), sizeof(tv));
	holds("is when it was sent", tv.tv_sec >= before.tv_sec && tv.tv_sec <= after.tv_sec &&
					     tv.tv_usec < 1000000);
	set(far, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	write(near, "a", 1);
	same("a finer time", get(far, sizeof(control), &flags), 1);
	holds("in nanoseconds", is(0, SOL_SOCKET, SCM_TIMESTAMPNS, 16));
	close(near), close(far);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	set(pair[1], SOL_SOCKET, SO_TIMESTAMP, 1);
	set(pair[1], SOL_SOCKET, SO_PASSCRED, 1);
	write(pair[0], "a", 1);
	same("on unix, and who", get(pair[1], sizeof(control), &flags), 2);
	holds("the time first", is(0, SOL_SOCKET, SCM_TIMESTAMP, sizeof(tv)));
	holds("then who", is(1, SOL_SOCKET, SCM_CREDENTIALS, sizeof(struct ucred)));
	same("it is us", *data(1), getpid());
	close(pair[0]), close(pair[1]);
}

static int tcp_state(int s)
{
	struct tcp_info i;
	socklen_t len = sizeof(i);

	return getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &len) ? -errno : i.tcpi_state;
}

static void connections(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int l = socket(AF_INET, SOCK_STREAM, 0), s = socket(AF_INET, SOCK_STREAM, 0), c, v;
	struct timeval second = {1, 0}, got = {0};
	socklen_t len = sizeof(a);
	char name[16] = "";

	same("closed", tcp_state(s), TCP_CLOSE);
	bind(l, (void *)&a, sizeof(a));
	set(l, IPPROTO_TCP, TCP_NODELAY, 1);
	set(l, SOL_SOCKET, SO_KEEPALIVE, 1);
	setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	listen(l, 1);
	same("listens", tcp_state(l), TCP_LISTEN);
	getsockname(l, (void *)&a, &len);
	connect(s, (void *)&a, sizeof(a));
	c = accept(l, NULL, NULL);
	same("established", tcp_state(s), TCP_ESTABLISHED);
	len = sizeof(v);
	same("as the listener was", (getsockopt(c, IPPROTO_TCP, TCP_NODELAY, &v, &len), v), 1);
	same("in this too", (getsockopt(c, SOL_SOCKET, SO_KEEPALIVE, &v, &len), v), 1);
	len = sizeof(got);
	same("and waits as long", (getsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &got, &len), got.tv_sec), 1);
	shutdown(c, SHUT_WR);
	/* The other end's answer may take its time. */
	holds("shut down", tcp_state(c) == TCP_FIN_WAIT1 || tcp_state(c) == TCP_FIN_WAIT2);
	same("by the other", tcp_state(s), TCP_CLOSE_WAIT);
	len = sizeof(name);
	same("an algorithm", RAW(SYS_getsockopt, s, IPPROTO_TCP, TCP_CONGESTION, name, &len), 0);
	same("of so many bytes", len, 16);
	same("cubic", strcmp(name, "cubic"), 0);
	same("is set", RAW(SYS_setsockopt, s, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
	same("not another", RAW(SYS_setsockopt, s, IPPROTO_TCP, TCP_CONGESTION, "none!", 5), -ENOENT);
	same("nor of UDP", RAW(SYS_getsockopt, socket(AF_INET, SOCK_DGRAM, 0), IPPROTO_TCP, TCP_INFO, name, &len), -EOPNOTSUPP);
	close(s), close(c), close(l);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	ipv4();
	ipv6();
	times();
	connections();
}

const struct suite cmsg_suite = {"cmsg", run};
