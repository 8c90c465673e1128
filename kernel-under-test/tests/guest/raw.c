/* Sockets that see packets: raw, of ICMP's echo, and of whole frames. */
#include "guest.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/ip_icmp.h>
#include <linux/if_ether.h>
#include <netpacket/packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static const struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};

struct echo {
	struct icmphdr h;
	char data[8];
};

static struct echo echo_of(int id)
{
	struct echo e = {.h = {.type = ICMP_ECHO, .un.echo = {htons((uint16_t)id), htons(7)}},
			 .data = "payload"};
	const uint8_t *p = (void *)&e;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(e); i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	e.h.checksum = htons((uint16_t)~(sum + (sum >> 16)));
	return e;
}

static long take(int s, void *at, size_t n)
{
	struct pollfd p = {.fd = s, .events = POLLIN};

	poll(&p, 1, 200);
	return RAW(SYS_recvfrom, s, at, n, MSG_DONTWAIT, NULL, NULL);
}

static void raw(void)
{
	int s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), one = 1, ignored = ~(1 << ICMP_ECHOREPLY);
	struct echo e = echo_of(99);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct {
		struct iphdr ip;
		struct echo e;
	} got;
	static char much[70000];
	char small[24];

	same("a filter of types", RAW(SYS_setsockopt, s, SOL_RAW, 1, &ignored, 4), 0);
	same("an echo request", RAW(SYS_sendto, s, &e, sizeof(e), 0, &here, sizeof(here)), 16);
	same("the answer with its header", take(s, &got, sizeof(got)), sizeof(got));
	same("is one", got.e.h.type * 100 + got.e.h.code, ICMP_ECHOREPLY * 100);
	same("to the same", got.e.h.un.echo.id, htons(99));
	holds("with the same bytes", strcmp(got.e.data, "payload") == 0);
	same("of IPv4", got.ip.version * 10 + got.ip.ihl, 45);
	same("its length", ntohs(got.ip.tot_len), sizeof(got));
	same("from", got.ip.saddr, here.sin_addr.s_addr);
	same("time to live", got.ip.ttl, 64);
	same("no request was seen", take(s, &got, sizeof(got)), -EAGAIN);
	e.h.checksum ^= 0x101;
	RAW(SYS_sendto, s, &e, sizeof(e), 0, &here, sizeof(here));
	same("a wrong checksum has no answer", take(s, &got, sizeof(got)), -EAGAIN);
	e = echo_of(98);
	same("nowhere to", RAW(SYS_sendto, s, &e, sizeof(e), 0, NULL, 0), -EDESTADDRREQ);
	same("connect", RAW(SYS_connect, s, &here, sizeof(here)), 0);
	same("to there", RAW(SYS_write, s, &e, sizeof(e)), 16);
	same("cut short", RAW(SYS_recvfrom, s, small, sizeof(small), MSG_TRUNC, &from, &len),
	     sizeof(got));
	same("from there", from.sin_addr.s_addr, here.sin_addr.s_addr);
	same("of no port", from.sin_port, 0);
	same("listen", RAW(SYS_listen, s, 1), -EOPNOTSUPP);
	same("too much", RAW(SYS_sendto, s, much, sizeof(much), 0, &here, sizeof(here)), -EMSGSIZE);
	same("our own header", setsockopt(s, IPPROTO_IP, IP_HDRINCL, &one, 4), 0);
	got.ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 9, .protocol = IPPROTO_ICMP,
				.saddr = here.sin_addr.s_addr, .daddr = here.sin_addr.s_addr};
	got.e = echo_of(97);
	same("is sent", RAW(SYS_sendto, s, &got, sizeof(got), 0, &here, sizeof(here)), sizeof(got));
	same("and answered", take(s, &got, sizeof(got)), sizeof(got));
	same("as sent", got.e.h.un.echo.id, htons(97));
	close(s);
	same("of IPv6, of no protocol", RAW(SYS_socket, AF_INET6, SOCK_RAW, 0), -EPROTONOSUPPORT);
}

static void range(const char *groups)
{
	int f = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);

	write(f, groups, strlen(groups));
	close(f);
}

static void ping(void)
{
	struct sockaddr_in a = here;
	struct echo e = echo_of(1), got;
	socklen_t len = sizeof(a);
	int s;

	range("1 0\n");
	same("not for our group", RAW(SYS_socket, AF_INET, SOCK_DGRAM, IPPROTO_ICMP), -EACCES);
	range("0 10\n");
	s = (int)RAW(SYS_socket, AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	holds("for it", s >= 0);
	a.sin_port = htons(4242);
	same("its identifier", RAW(SYS_bind, s, &a, sizeof(a)), 0);
	same("an echo request", RAW(SYS_sendto, s, &e, sizeof(e), 0, &here, sizeof(here)), 16);
	same("the answer alone", take(s, &got, sizeof(got)), sizeof(got));
	same("is one", got.h.type, ICMP_ECHOREPLY);
	same("to us", got.h.un.echo.id, htons(4242));
	same("with our number", got.h.un.echo.sequence, htons(7));
	same("its name", (getsockname(s, (void *)&a, &len), ntohs(a.sin_port)), 4242);
	e.h.type = ICMP_ECHOREPLY;
	same("an answer", RAW(SYS_sendto, s, &e, sizeof(e), 0, &here, sizeof(here)), -EINVAL);
	same("too little", RAW(SYS_sendto, s, &e, 4, 0, &here, sizeof(here)), -EINVAL);
	e.h.type = ICMP_ECHO;
	same("connect", RAW(SYS_connect, s, &here, sizeof(here)), 0);
	same("to there", RAW(SYS_write, s, &e, sizeof(e)), 16);
	same("and back", take(s, &got, sizeof(got)), sizeof(got));
	close(s);
	range("1 0\n");
}

/* Datagrams that `s` sends to itself, to be seen. */
static int talker(int port)
{
	struct sockaddr_in a = here;
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	a.sin_port = htons((uint16_t)port);
	bind(s, (void *)&a, sizeof(a));
	connect(s, (void *)&a, sizeof(a));
	return s;
}

static void frames(void)
{
	/* Those of an odd last byte of the port that they are for. */
	struct sock_filter code[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, 37},
				     {BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1},
				     {BPF_RET | BPF_K, 0, 0, 0},
				     {BPF_RET | BPF_K, 0, 0, 43}};
	struct sock_fprog program = {4, code}, none = {0, code};
	int all = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), ip, v = 0;
	int odd = talker(4791), even = talker(4792);
	struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_ifindex = 1}, from;
	socklen_t len = sizeof(from);
	char got[256];

	same("bind", RAW(SYS_bind, all, &a, sizeof(a)), 0);
	same("to no interface", (a.sll_ifindex = 77, RAW(SYS_bind, all, &a, sizeof(a))), -ENODEV);
	same("too short a name", RAW(SYS_bind, all, &a, 12), -EINVAL);
	same("connect", RAW(SYS_connect, all, &a, sizeof(a)), -EOPNOTSUPP);
	ip = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	write(odd, "abc", 3);
	same("a frame that goes out", RAW(SYS_recvfrom, all, got, sizeof(got), 0, &from, &len), 45);
	same("a whole name", len, sizeof(from));
	same("its kind", from.sll_pkttype, PACKET_OUTGOING);
	same("its protocol", from.sll_protocol, htons(ETH_P_IP));
	same("the interface", from.sll_ifindex * 1000 + from.sll_hatype, 1772);
	holds("its bytes", memcmp(got + 42, "abc", 3) == 0);
	same("it comes in", RAW(SYS_recvfrom, all, got, sizeof(got), 0, &from, &len), 45);
	same("for us", from.sll_pkttype, PACKET_HOST);
	same("without its header", RAW(SYS_recvfrom, ip, got, sizeof(got), 0, &from, &len), 31);
	same("only when it comes", from.sll_pkttype, PACKET_HOST);
	same("once", take(ip, got, sizeof(got)), -EAGAIN);
	same("a filter", setsockopt(all, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
	write(even, "abc", 3);
	same("leaves it out", take(all, got, sizeof(got)), -EAGAIN);
	write(odd, "abc", 3);
	same("cuts it", RAW(SYS_recvfrom, all, got, sizeof(got), MSG_TRUNC, NULL, NULL), 43);
	same("of nothing", RAW(SYS_setsockopt, all, SOL_SOCKET, SO_ATTACH_FILTER, &none,
			       sizeof(none)), -EINVAL);
	same("none", RAW(SYS_setsockopt, all, SOL_SOCKET, SO_DETACH_FILTER, &v, 4), 0);
	same("no more", RAW(SYS_setsockopt, all, SOL_SOCKET, SO_DETACH_FILTER, &v, 4), -ENOENT);
	same("from nowhere", RAW(SYS_write, ip, "x", 1), -ENXIO);
	close(all), close(ip), close(odd), close(even);
}

static void others(void)
{
	struct ifreq r = {.ifr_name = "lo"};
	int s = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
	struct sockaddr_in away = {.sin_family = AF_INET, .sin_port = 9, .sin_addr.s_addr = 0x01020304};
	socklen_t len = sizeof(r);

	same("no such interface", RAW(SYS_setsockopt, s, SOL_SOCKET, SO_BINDTODEVICE, "xy", 3),
	     -ENODEV);
	same("of one interface", RAW(SYS_setsockopt, s, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
	same("its name", RAW(SYS_getsockopt, s, SOL_SOCKET, SO_BINDTODEVICE, &r, &len), 0);
	same("of that length", len, 3);
	close(s);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(s, SOL_SOCKET, SO_BROADCAST, &one, 4);
	same("no way there", RAW(SYS_sendto, s, "x", 1, 0, &away, sizeof(away)), -ENETUNREACH);
	same("nor to connect", RAW(SYS_connect, s, &away, sizeof(away)), -ENETUNREACH);
	close(s);
}

static void unprivileged(void)
{
	setresuid(1000, 1000, 1000);
	same("raw", RAW(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP), -EPERM);
	same("frames", RAW(SYS_socket, AF_PACKET, SOCK_RAW, 0), -EPERM);
	exit(0);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	raw();
	ping();
	frames();
	others();
	status_of(unprivileged);
}

const struct suite raw_suite = {"raw", run, .needs_proc = true};
