/* IPv6 over loopback, and IPv4 in its clothes. */
#include "guest.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t size_of(const union name *n)
{
	return n->any.sa_family == AF_INET ? sizeof(n->v4) : sizeof(n->v6);
}

/* "::1" or "127.0.0.1", and a port as the host has it. */
static union name name(const char *text, int port)
{
	union name n = {.v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)}};

	if (inet_pton(AF_INET6, text, &n.v6.sin6_addr) == 1)
		return n;
	n = (union name){.v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}};
	inet_pton(AF_INET, text, &n.v4.sin_addr);
	return n;
}

static union name ask(int s, int (*fn)(int, struct sockaddr *, socklen_t *))
{
	union name n = {0};
	socklen_t len = sizeof(n);

	fn(s, &n.any, &len);
	return n;
}

static int port_of(int s)
{
	return ntohs(ask(s, getsockname).v4.sin_port);
}

static bool is(union name n, const char *text)
{
	char got[INET6_ADDRSTRLEN] = "";

	inet_ntop(n.any.sa_family, n.any.sa_family == AF_INET ? (void *)&n.v4.sin_addr
							       : (void *)&n.v6.sin6_addr,
		  got, sizeof(got));
	return strcmp(got, text) == 0;
}

static long bind_to(int s, const char *text, int port)
{
	union name n = name(text, port);

	return RAW(SYS_bind, s, &n, size_of(&n));
}

static long connect_to(int s, const char *text, int port)
{
	union name n = name(text, port);

	return RAW(SYS_connect, s, &n, size_of(&n));
}

static int made(int family, int type, int v6_only)
{
	int s = socket(family, type, 0);

	if (family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only));
	return s;
}

static void kinds(void)
{
	int s = socket(AF_INET6, SOCK_STREAM, 0), v = -1;
	socklen_t len = sizeof(v);

	same("a protocol of TCP", RAW(SYS_socket, AF_INET6, SOCK_STREAM, IPPROTO_UDP), -EPROTONOSUPPORT);
	same("no packets in order", RAW(SYS_socket, AF_INET6, SOCK_SEQPACKET, 0), -ESOCKTNOSUPPORT);
	same("no pairs", RAW(SYS_socketpair, AF_INET6, SOCK_STREAM, 0, &v), -EOPNOTSUPP);
	same("its family", (getsockopt(s, SOL_SOCKET, SO_DOMAIN, &v, &len), v), AF_INET6);
	same("its protocol", (getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len), v), IPPROTO_TCP);
	same("before it has a name", ask(s, getsockname).any.sa_family, AF_INET6);
	same("it has an empty one", is(ask(s, getsockname), "::") && port_of(s) == 0, 1);
	same("of its length", (len = 100, getsockname(s, &(union name){0}.any, &len), len), 28);
	same("and no peer", RAW(SYS_getpeername, s, &v, &len), -ENOTCONN);
	close(s);
}

static void binding(void)
{
	static const struct {
		const char *what, *text;
		long result;
	} cases[] = {
		{"::1", "::1", 0},
		{"::", "::", 0},
		{"mapped", "::ffff:127.0.0.1", 0},
		{"mapped any", "::ffff:0.0.0.0", 0},
		{"not ours", "2001:db8::1", -EADDRNOTAVAIL},
		{"::2", "::2", -EADDRNOTAVAIL},
		{"mapped, not ours", "::ffff:10.1.2.3", -EADDRNOTAVAIL},
		{"compatible", "::127.0.0.1", -EADDRNOTAVAIL},
		{"of a link", "fe80::1", -EINVAL},
		{"of IPv4", "127.0.0.1", -EINVAL},
	};
	union name n = name("::1", 0);
	int s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = socket(AF_INET6, SOCK_STREAM, 0);
		same(cases[i].what, bind_to(s, cases[i].text, 0), cases[i].result);
		holds("tells its name", cases[i].result || is(ask(s, getsockname), cases[i].text));
		close(s);
	}
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	same("without a scope", RAW(SYS_bind, s, &n, 24), 0);
	same("twice", RAW(SYS_bind, s, &n, sizeof(n.v6)), -EINVAL);
	close(s);
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	same("too short", RAW(SYS_bind, s, &n, 23), -EINVAL);
	n.any.sa_family = AF_INET;
	same("of another family", RAW(SYS_bind, s, &n, sizeof(n.v6)), -EAFNOSUPPORT);
	close(s);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	same("IPv4, of IPv6", bind_to(s, "::1", 0), -EAFNOSUPPORT);
	same("IPv4, not ours", bind_to(s, "10.1.2.3", 0), -EADDRNOTAVAIL);
	n = name("0.0.0.0", 0);
	n.any.sa_family = AF_UNSPEC;
	same("of no family", RAW(SYS_bind, s, &n, sizeof(n.v4)), 0);
	close(s);
	s = made(AF_INET6, SOCK_STREAM, 1);
	same("mapped, of IPv6 alone", bind_to(s, "::ffff:127.0.0.1", 0), -EINVAL);
	close(s);
}

/* What can have a port beside what. */
static void conflicts(void)
{
	static const struct {
		const char *what, *first, *second;
		int only_first, only_second;
		long result;
	} cases[] = {
		{":: and 0.0.0.0", "::", "0.0.0.0", 0, 0, -EADDRINUSE},
		{"0.0.0.0 and ::", "0.0.0.0", "::", 0, 0, -EADDRINUSE},
		{":: alone and 0.0.0.0", "::", "0.0.0.0", 1, 0, 0},
		{"0.0.0.0 and :: alone", "0.0.0.0", "::", 0, 1, 0},
		{":: and 127.0.0.1", "::", "127.0.0.1", 0, 0, -EADDRINUSE},
		{"127.0.0.1 and ::", "127.0.0.1", "::", 0, 0, -EADDRINUSE},
		{"::1 and 127.0.0.1", "::1", "127.0.0.1", 0, 0, 0},
		{"::1 and 0.0.0.0", "::1", "0.0.0.0", 0, 0, 0},
		{"::1 and ::", "::1", "::", 0, 0, -EADDRINUSE},
		{":: and ::1", "::", "::1", 0, 0, -EADDRINUSE},
		{":: alone and ::1", "::", "::1", 1, 0, -EADDRINUSE},
		{"::1 twice", "::1", "::1", 0, 0, -EADDRINUSE},
		{"mapped and it", "::ffff:127.0.0.1", "127.0.0.1", 0, 0, -EADDRINUSE},
		{"mapped and ::1", "::ffff:127.0.0.1", "::1", 0, 0, 0},
		{"mapped and :: alone", "::ffff:127.0.0.1", "::", 0, 1, 0},
		{"two of IPv4", "127.0.0.1", "127.0.0.2", 0, 0, 0},
		{"any of them and one", "0.0.0.0", "127.0.0.2", 0, 0, -EADDRINUSE},
	};

	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			union name a = name(cases[i].first, 0), b = name(cases[i].second, 0);
			int s = made(a.any.sa_family, type, cases[i].only_first);
			int t = made(b.any.sa_family, type, cases[i].only_second);

			bind_to(s, cases[i].first, 0);
			same(cases[i].what, bind_to(t, cases[i].second, port_of(s)),
			     cases[i].result);
			close(s), close(t);
		}
	}
}

/* Connects from a socket of one kind to a listener of another: what all of them are called. */
static void connection(int listener_family, const char *at, int family, const char *to,
		       const char *own, const char *peers)
{
	int server = made(listener_family, SOCK_STREAM, 0), s = socket(family, SOCK_STREAM, 0), c;
	union name from = {0};
	socklen_t len = sizeof(from);
	char byte = 0;

	bind_to(server, at, 0);
	listen(server, 3);
	same("connect", connect_to(s, to, port_of(server)), 0);
	c = accept(server, &from.any, &len);
	same("the length", len, listener_family == AF_INET ? 16 : 28);
	holds("who it is", is(from, peers) && from.v4.sin_port == ask(s, getsockname).v4.sin_port);
	holds("as it is told later", is(ask(c, getpeername), peers));
	holds("whom it asked", is(ask(c, getsockname), peers) && port_of(c) == port_of(server));
	holds("its own name", is(ask(s, getsockname), own));
	holds("the other's", is(ask(s, getpeername), own) &&
				     ask(s, getpeername).v4.sin_port == htons((uint16_t)port_of(server)));
	holds("the listener's", is(ask(server, getsockname), at));
	write(s, "x", 1);
	same("a byte", (read(c, &byte, 1), byte), 'x');
	same("again", connect_to(s, to, port_of(server)), -EISCONN);
	close(s), close(c), close(server);
}

static void refusals(void)
{
	int server = made(AF_INET6, SOCK_STREAM, 1), s = socket(AF_INET6, SOCK_STREAM, 0), port;
	union name n;

	bind_to(server, "::", 0);
	listen(server, 3);
	port = port_of(server);
	same("IPv4 to IPv6 alone", connect_to(s, "::ffff:127.0.0.1", port), -ECONNREFUSED);
	close(s), s = socket(AF_INET, SOCK_STREAM, 0);
	same("from IPv4", connect_to(s, "127.0.0.1", port), -ECONNREFUSED);
	same("IPv6 from IPv4", connect_to(s, "::1", port), -EAFNOSUPPORT);
	close(s), s = made(AF_INET6, SOCK_STREAM, 1);
	same("mapped, from IPv6 alone", connect_to(s, "::ffff:127.0.0.1", port), -ENETUNREACH);
	same("IPv4 from IPv6", connect_to(s, "127.0.0.1", port), -EINVAL);
	same("nowhere", connect_to(s, "2001:db8::1", port), -ENETUNREACH);
	same("on a link", connect_to(s, "fe80::1", port), -EINVAL);
	n = name("::1", port);
	same("too short", RAW(SYS_connect, s, &n, 20), -EINVAL);
	same("to one", connect_to(s, "::1", port), 0);
	close(s), s = socket(AF_INET6, SOCK_STREAM, 0);
	bind_to(s, "::ffff:127.0.0.1", 0);
	same("IPv6 from one of IPv4", connect_to(s, "::1", port), -EAFNOSUPPORT);
	close(s), close(server), s = socket(AF_INET6, SOCK_STREAM, 0);
	same("nobody", connect_to(s, "::1", port), -ECONNREFUSED);
	close(s), s = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	same("not waited for", connect_to(s, "::1", port), -EINPROGRESS);
	close(s);
}

static long send_name(int s, const char *text, int port)
{
	union name n = name(text, port);

	return RAW(SYS_sendto, s, "x", 1, 0, &n, size_of(&n));
}

static bool came_from(int s, const char *text, int port)
{
	union name n = {0};
	socklen_t len = sizeof(n);
	char byte;

	return recvfrom(s, &byte, 1, MSG_DONTWAIT, &n.any, &len) == 1 && is(n, text) &&
	       ntohs(n.v4.sin_port) == port && len == size_of(&n);
}

static void datagrams(void)
{
	int dual = made(AF_INET6, SOCK_DGRAM, 0), v6 = made(AF_INET6, SOCK_DGRAM, 1);
	int v4 = socket(AF_INET, SOCK_DGRAM, 0), to, port;

	bind_to(dual, "::", 0);
	port = port_of(dual);
	bind_to(v4, "0.0.0.0", 0);
	same("IPv4 to both", send_name(v4, "127.0.0.1", port), 1);
	holds("is mapped there", came_from(dual, "::ffff:127.0.0.1", port_of(v4)));
	same("to IPv4", send_name(dual, "::ffff:127.0.0.1", port_of(v4)), 1);
	holds("is not", came_from(v4, "127.0.0.1", port));
	same("to IPv4, as it is", send_name(dual, "127.0.0.1", port_of(v4)), 1);
	holds("comes too", came_from(v4, "127.0.0.1", port));
	same("IPv6 alone, to both", send_name(v6, "::1", port), 1);
	holds("comes from ::1", came_from(dual, "::1", port_of(v6)));
	same("not to IPv4", send_name(v6, "::ffff:127.0.0.1", port_of(v4)), -ENETUNREACH);
	same("nor so", send_name(v6, "127.0.0.1", port_of(v4)), -ENETUNREACH);
	same("to any", send_name(v6, "::", port), 1);
	holds("is to oneself", came_from(dual, "::1", port_of(v6)));
	same("IPv4 to IPv6", send_name(v4, "::1", port), -EAFNOSUPPORT);
	to = socket(AF_INET, SOCK_DGRAM, 0);
	same("connect one of both to IPv4", connect_to(dual, "127.0.0.1", port_of(v4)), 0);
	holds("its peer", is(ask(dual, getpeername), "::ffff:127.0.0.1"));
	holds("its name", is(ask(dual, getsockname), "::ffff:127.0.0.1"));
	same("it sends", write(dual, "y", 1), 1);
	holds("which comes", came_from(v4, "127.0.0.1", port));
	same("it does not hear others", send_name(to, "127.0.0.1", port), 1);
	holds("at all", !came_from(dual, "::ffff:127.0.0.1", port_of(to)));
	same("but its peer", send_name(v4, "127.0.0.1", port), 1);
	holds("it does", came_from(dual, "::ffff:127.0.0.1", port_of(v4)));
	union name nobody = {.any.sa_family = AF_UNSPEC};
	same("IPv6 is not for its name", connect_to(dual, "::1", 9), -EAFNOSUPPORT);
	same("dissolve first", RAW(SYS_connect, dual, &nobody, sizeof(nobody)), 0);
	same("connect to IPv6", connect_to(dual, "::1", 9), 0);
	holds("so it is called", is(ask(dual, getsockname), "::1"));
	same("dissolve", RAW(SYS_connect, dual, &nobody, sizeof(nobody)), 0);
	holds("no name is left", is(ask(dual, getsockname), "::") && port_of(dual) == 0);
	same("connect to IPv4 then", connect_to(dual, "127.0.0.1", 9), 0);
	holds("called so", is(ask(dual, getsockname), "::ffff:127.0.0.1"));
	close(dual), dual = made(AF_INET6, SOCK_DGRAM, 0);
	bind_to(dual, "::1", 5999);
	connect_to(dual, "::1", 9);
	RAW(SYS_connect, dual, &nobody, sizeof(nobody));
	holds("its own name stays", is(ask(dual, getsockname), "::1") && port_of(dual) == 5999);
	close(dual), close(v6), close(v4), close(to);
}

/* Of two that could have it, the one that has the very address. */
static void nearest(void)
{
	int all = socket(AF_INET, SOCK_DGRAM, 0), one = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	int six = made(AF_INET6, SOCK_DGRAM, 0), from = socket(AF_INET, SOCK_DGRAM, 0), port;

	setsockopt(all, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(one, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(six, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind_to(all, "0.0.0.0", 0);
	port = port_of(all);
	same("one beside all", bind_to(one, "127.0.0.2", port), 0);
	same("and both kinds", bind_to(six, "::", port), 0);
	bind_to(from, "127.0.0.1", 0);
	send_name(from, "127.0.0.2", port);
	holds("it is asked first", came_from(one, "127.0.0.1", port_of(from)));
	send_name(from, "127.0.0.3", port);
	holds("then those of the family", came_from(all, "127.0.0.1", port_of(from)));
	close(all);
	send_name(from, "127.0.0.3", port);
	holds("then all", came_from(six, "::ffff:127.0.0.1", port_of(from)));
	close(one), close(six), close(from);
}

static void options(void)
{
	static const struct {
		const char *what;
		int option, initial, set, told, bad;
	} cases[] = {
		{"hops", IPV6_UNICAST_HOPS, 64, 7, 7, 256},
		{"class", IPV6_TCLASS, 0, 8, 8, 256},
		{"received class", IPV6_RECVTCLASS, 0, 5, 1, 0},
		{"received hops", IPV6_RECVHOPLIMIT, 0, 1, 1, 0},
		{"received address", IPV6_RECVPKTINFO, 0, 1, 1, 0},
		{"multicast hops", IPV6_MULTICAST_HOPS, 1, 9, 9, 256},
		{"loop", IPV6_MULTICAST_LOOP, 1, 0, 0, 2},
		{"errors", IPV6_RECVERR, 0, 1, 1, 0},
		{"path", IPV6_MTU_DISCOVER, 1, 2, 2, 9},
		{"whole", IPV6_DONTFRAG, 0, 1, 1, 0},
		{"alone", IPV6_V6ONLY, 0, 1, 1, 0},
	};
	int s = socket(AF_INET6, SOCK_DGRAM, 0), v4 = socket(AF_INET, SOCK_DGRAM, 0), v;
	socklen_t len = sizeof(v);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int option = cases[i].option;

		v = -9;
		getsockopt(s, IPPROTO_IPV6, option, &v, &len);
		same(cases[i].what, v, cases[i].initial);
		v = cases[i].set;
		same("set", RAW(SYS_setsockopt, s, IPPROTO_IPV6, option, &v, 4), 0);
		getsockopt(s, IPPROTO_IPV6, option, &v, &len);
		same("told", v, cases[i].told);
		v = cases[i].bad;
		same("what it can't be", RAW(SYS_setsockopt, s, IPPROTO_IPV6, option, &v, 4),
		     v ? -EINVAL : 0);
		v = 1;
		same("not of IPv4", RAW(SYS_setsockopt, v4, IPPROTO_IPV6, option, &v, 4), -ENOPROTOOPT);
	}
	v = -1;
	same("hops as at first", RAW(SYS_setsockopt, s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v, 4), 0);
	same("are", (getsockopt(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v, &len), v), 64);
	same("too short", RAW(SYS_setsockopt, s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v, 1), -EINVAL);
	same("none such", RAW(SYS_getsockopt, s, IPPROTO_IPV6, 199, &v, &len), -ENOPROTOOPT);
	v = 3;
	same("those of IPv4 too", RAW(SYS_setsockopt, s, IPPROTO_IP, IP_TTL, &v, 4), 0);
	bind_to(s, "::1", 0);
	same("too late", RAW(SYS_setsockopt, s, IPPROTO_IPV6, IPV6_V6ONLY, &v, 4), -EINVAL);
	close(s), close(v4);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	kinds();
	binding();
	conflicts();
	connection(AF_INET6, "::1", AF_INET6, "::1", "::1", "::1");
	connection(AF_INET6, "::", AF_INET6, "::", "::1", "::1");
	connection(AF_INET6, "::", AF_INET, "127.0.0.1", "127.0.0.1", "::ffff:127.0.0.1");
	connection(AF_INET, "127.0.0.1", AF_INET6, "::ffff:127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1");
	connection(AF_INET6, "::", AF_INET6, "::ffff:127.0.0.1", "::ffff:127.0.0.1",
		   "::ffff:127.0.0.1");
	connection(AF_INET, "0.0.0.0", AF_INET, "0.0.0.0", "127.0.0.1", "127.0.0.1");
	refusals();
	datagrams();
	nearest();
	options();
}

const struct suite network6_suite = {"network6", run};
