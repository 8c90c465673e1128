/* Interfaces, addresses and routes: by netlink, by ioctl, and as the C library tells them. */
#include "guest.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static char got[32768] __attribute__((aligned(8)));

static int opened(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static void library(void)
{
	struct ifaddrs *all = NULL;
	struct if_nameindex *names = if_nameindex();
	int links = 0, v4 = 0, v6 = 0;
	bool flags = true;

	same("getifaddrs", getifaddrs(&all), 0);
	for (struct ifaddrs *a = all; a; a = a->ifa_next) {
		if (strcmp(a->ifa_name, "lo") != 0 || !a->ifa_addr)
			continue;
		links += a->ifa_addr->sa_family == AF_PACKET;
		flags &= (a->ifa_flags & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK);
		if (a->ifa_addr->sa_family == AF_INET)
			v4 += ((struct sockaddr_in *)(void *)a->ifa_addr)->sin_addr.s_addr ==
				      htonl(INADDR_LOOPBACK) &&
			      ((struct sockaddr_in *)(void *)a->ifa_netmask)->sin_addr.s_addr ==
				      htonl(0xff000000);
		if (a->ifa_addr->sa_family == AF_INET6)
			v6 += IN6_IS_ADDR_LOOPBACK(
				&((struct sockaddr_in6 *)(void *)a->ifa_addr)->sin6_addr);
	}
	same("a link", links, 1);
	same("127.0.0.1/8", v4, 1);
	same("::1", v6, 1);
	holds("up, and loopback", flags);
	freeifaddrs(all);
	same("the first one", names ? (long)names->if_index : -1, 1);
	holds("is lo", names && strcmp(names->if_name, "lo") == 0);
	if (names)
		if_freenameindex(names);
	same("by its name", if_nametoindex("lo"), 1);
	same("another", if_nametoindex("eth7"), 0);
	holds("by its number", if_indextoname(1, got) && strcmp(got, "lo") == 0);
	holds("another number", !if_indextoname(99, got));
}

static long request(int s, int type, int flags, const void *body, size_t n)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct {
		struct nlmsghdr h;
		char body[256];
	} m = {.h = {(uint32_t)(NLMSG_HDRLEN + n), (uint16_t)type,
		     (uint16_t)(NLM_F_REQUEST | flags), 77, 0}};

	memcpy(m.body, body, n);
	return RAW(SYS_sendto, s, &m, m.h.nlmsg_len, 0, &kernel, sizeof(kernel));
}

/* How many messages of a type come before the last one of a dump; -error. */
static int dumped(int s, int type)
{
	int count = 0;

	for (;;) {
		long n = RAW(SYS_recvfrom, s, got, sizeof(got), MSG_DONTWAIT, NULL, NULL);
		struct nlmsghdr *h = (void *)got;

		if (n < 0)
			return (int)n;
		for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return count;
			if (h->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			count += h->nlmsg_type == type && h->nlmsg_seq == 77 &&
				 (h->nlmsg_flags & NLM_F_MULTI);
		}
	}
}

/* The error in an answer; 1: it is none. */
static int error_in_answer(int s)
{
	struct nlmsghdr *h = (void *)got;
	long n = RAW(SYS_recvfrom, s, got, sizeof(got), MSG_DONTWAIT, NULL, NULL);

	if (n < 0)
		return (int)n;
	return h->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(h))->error : 1;
}

static void names(void)
{
	struct sockaddr_nl a = {.nl_family = AF_NETLINK};
	socklen_t len = sizeof(a);
	int s = opened(), t = opened(), v = 0;

	holds("opened", s >= 0 && t >= 0);
	same("no such protocol", RAW(SYS_socket, AF_NETLINK, SOCK_RAW, 77), -EPROTONOSUPPORT);
	same("no such kind", RAW(SYS_socket, AF_NETLINK, SOCK_STREAM, 0), -ESOCKTNOSUPPORT);
	same("its name", (getsockname(s, (void *)&a, &len), a.nl_pid), 0);
	same("is of twelve", len, 12);
	same("bind", RAW(SYS_bind, s, &a, 12), 0);
	same("gets the process's number", (getsockname(s, (void *)&a, &len), a.nl_pid), getpid());
	same("which is taken", RAW(SYS_bind, t, &a, 12), -EADDRINUSE);
	a.nl_pid = 0;
	same("so another gets one", RAW(SYS_bind, t, &a, 12), 0);
	holds("that is not it", (getsockname(t, (void *)&a, &len), a.nl_pid) != (uint32_t)getpid() &&
					a.nl_pid);
	same("too short", RAW(SYS_bind, opened(), &a, 11), -EINVAL);
	same("another family", (a.nl_family = AF_INET, RAW(SYS_bind, opened(), &a, 12)), -EINVAL);
	same("SO_PROTOCOL", (getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len), v), NETLINK_ROUTE);
	v = 1;
	same("an option", setsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &v, sizeof(v)), 0);
	same("no listening", RAW(SYS_listen, s, 1), -EOPNOTSUPP);
	same("nothing there", RAW(SYS_recvfrom, s, got, 9, MSG_DONTWAIT, NULL, NULL), -EAGAIN);
	close(s), close(t);
	a = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_groups = 1};
	s = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
	same("events of devices", RAW(SYS_bind, s, &a, 12), 0);
	struct pollfd p = {.fd = s, .events = POLLIN | POLLOUT};
	same("none now", poll(&p, 1, 0) * 100 + p.revents, 100 + POLLOUT);
	close(s);
}

static void dumps(void)
{
	struct rtgenmsg all = {AF_UNSPEC}, v4 = {AF_INET}, v6 = {AF_INET6};
	struct sockaddr_nl from;
	socklen_t len = sizeof(from);
	int s = opened();
	long n, m;

	same("ask for links", request(s, RTM_GETLINK, NLM_F_DUMP, &all, 1), 17);
	same("how long it is", (n = RAW(SYS_recvfrom, s, got, 1, MSG_PEEK | MSG_TRUNC, &from, &len)) > 32,
	     1);
	same("the kernel says it", from.nl_pid, 0);
	m = RAW(SYS_recvfrom, s, got, sizeof(got), MSG_PEEK, NULL, NULL);
	same("all of it", n, m);
	holds("some", dumped(s, RTM_NEWLINK) >= 1);
	request(s, RTM_GETADDR, NLM_F_DUMP, &all, 1);
	same("two addresses", dumped(s, RTM_NEWADDR), 2);
	request(s, RTM_GETADDR, NLM_F_DUMP, &v4, 1);
	same("one of IPv4", dumped(s, RTM_NEWADDR), 1);
	request(s, RTM_GETADDR, NLM_F_DUMP, &v6, 1);
	same("one of IPv6", dumped(s, RTM_NEWADDR), 1);
	request(s, RTM_GETROUTE, NLM_F_DUMP, &v4, 1);
	same("routes", dumped(s, RTM_NEWROUTE), 3);
	request(s, RTM_GETROUTE, NLM_F_DUMP, &v6, 1);
	same("of IPv6", dumped(s, RTM_NEWROUTE), 1);
	request(s, RTM_GETNEIGH, NLM_F_DUMP, &all, 1);
	same("no neighbours", dumped(s, RTM_NEWNEIGH), 0);
	close(s);
}

static void questions(void)
{
	struct {
		struct ifinfomsg i;
		struct rtattr a;
		char name[8];
	} q = {.i = {.ifi_index = 1}, .a = {4 + 3, IFLA_IFNAME}, .name = "lo"};
	int s = opened();
	struct nlmsghdr *h = (void *)got;

	request(s, RTM_GETLINK, 0, &q.i, sizeof(q.i));
	same("one link", error_in_answer(s), 1);
	same("is one", h->nlmsg_type, RTM_NEWLINK);
	same("not one of many", h->nlmsg_flags, 0);
	same("with its number", ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index, 1);
	same("its type", ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_type, 772);
	same("its flags", ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_flags, 0x10049);
	q.i.ifi_index = 99;
	request(s, RTM_GETLINK, 0, &q.i, sizeof(q.i));
	same("none such", error_in_answer(s), -ENODEV);
	same("with the request", h->nlmsg_len, 16 + 4 + 16 + sizeof(q.i));
	q.i.ifi_index = 0;
	request(s, RTM_GETLINK, 0, &q, sizeof(q.i) + 7);
	same("by its name", error_in_answer(s), 1);
	strcpy(q.name, "xy");
	request(s, RTM_GETLINK, 0, &q, sizeof(q.i) + 7);
	same("another name", error_in_answer(s), -ENODEV);
	q.i.ifi_index = 1;
	q.i.ifi_flags = q.i.ifi_change = IFF_UP;
	request(s, RTM_NEWLINK, NLM_F_ACK, &q.i, sizeof(q.i));
	same("set up", error_in_answer(s), 0);
	same("the header alone", h->nlmsg_len, 36);
	same("as it says", h->nlmsg_flags, 0x100);
	request(s, 8, NLM_F_ACK, &q.i, 0);
	same("nothing asked", error_in_answer(s), 0);
	request(s, RTM_GETLINK, 0, &q.i, 0);
	same("no more", error_in_answer(s), -EAGAIN);
	same("not even a header", RAW(SYS_sendto, s, &q, 8, 0, NULL, 0), 8);
	same("no answer", error_in_answer(s), -EAGAIN);
	setresuid(1000, 1000, 1000);
	request(s, RTM_NEWLINK, NLM_F_ACK, &q.i, sizeof(q.i));
	same("not for everyone", error_in_answer(s), -EPERM);
	exit(0);
}

static void controls(void)
{
	static const struct {
		const char *what;
		unsigned long request;
		long result;
	} cases[] = {
		{"flags", SIOCGIFFLAGS, 0},	    {"address", SIOCGIFADDR, 0},
		{"netmask", SIOCGIFNETMASK, 0},	    {"broadcast", SIOCGIFBRDADDR, 0},
		{"other end", SIOCGIFDSTADDR, 0},   {"metric", SIOCGIFMETRIC, 0},
		{"mtu", SIOCGIFMTU, 0},		    {"hardware", SIOCGIFHWADDR, 0},
		{"index", SIOCGIFINDEX, 0},	    {"queue", SIOCGIFTXQLEN, 0},
	};
	static const unsigned int first[] = {0x49, 2, 2, 2, 2, 0, 65536, 772, 1, 1000};
	static const unsigned int second[] = {0, 0x0100007f, 0xff, 0, 0x0100007f, 0, 0, 0, 0, 0};
	struct ifreq r, many[4];
	struct ifconf c = {.ifc_len = sizeof(many), .ifc_req = many};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int v[2];

		r = (struct ifreq){.ifr_name = "lo"};
		same(cases[i].what, RAW(SYS_ioctl, s, cases[i].request, &r), 0);
		memcpy(v, &r.ifr_addr, sizeof(v));
		if (cases[i].request == SIOCGIFFLAGS)
			v[0] = (uint16_t)r.ifr_flags;
		same("is", v[0], first[i]);
		same("with", v[1], second[i]);
		strcpy(r.ifr_name, "none0");
		same("of none", RAW(SYS_ioctl, s, cases[i].request, &r), -ENODEV);
	}
	r.ifr_ifindex = 1;
	same("a name", RAW(SYS_ioctl, s, SIOCGIFNAME, &r), 0);
	holds("lo", strcmp(r.ifr_name, "lo") == 0);
	r.ifr_ifindex = 77;
	same("of no number", RAW(SYS_ioctl, s, SIOCGIFNAME, &r), -ENODEV);
	same("all", RAW(SYS_ioctl, s, SIOCGIFCONF, &c), 0);
	same("one", c.ifc_len, sizeof(r));
	c.ifc_req = NULL;
	same("how many", (ioctl(s, SIOCGIFCONF, &c), c.ifc_len), sizeof(r));
	c = (struct ifconf){.ifc_len = 10, .ifc_req = many};
	same("no room", (ioctl(s, SIOCGIFCONF, &c), c.ifc_len), 0);
	same("to nowhere", RAW(SYS_ioctl, s, SIOCGIFFLAGS, 8), -EFAULT);
	same("no request", RAW(SYS_ioctl, s, 0x8999, &r), -ENOTTY);
	close(s);
}

/* What a file of /proc/net says of a port, from its state on; NULL: it is not there. */
static const char *row(const char *file, const char *address)
{
	static char line[600];
	FILE *f = fopen(file, "r");
	char *at = NULL;

	while (f && !at && fgets(line, sizeof(line), f))
		at = strstr(line, address);
	if (f)
		fclose(f);
	at = at ? strchr(at, ' ') : NULL;
	return at ? strchr(at + 1, ' ') : NULL;
}

static void tables(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(4660),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 b = {.sin6_family = AF_INET6, .sin6_port = htons(4661)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET6, SOCK_DGRAM, 0), s, c;
	const char *r;
	struct stat st;

	bind(listener, (void *)&a, sizeof(a));
	holds("bound only, it is in no table", !row("/proc/net/tcp", "0100007F:1234"));
	listen(listener, 3);
	r = row("/proc/net/tcp", "0100007F:1234");
	holds("it listens", r && strncmp(r, " 0A 00000000:00000000", 21) == 0);
	connect(s = socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof(a));
	c = accept(listener, NULL, NULL);
	write(s, "abc", 3);
	r = row("/proc/net/tcp", "0100007F:1234 0100007F:");
	holds("connected, with bytes to read", r && strncmp(r, " 01 00000000:00000003", 21) == 0);
	shutdown(s, SHUT_WR);
	r = row("/proc/net/tcp", "0100007F:1234 0100007F:");
	holds("the other end shut it", r && strncmp(r, " 08 ", 4) == 0);
	bind(udp, (void *)&b, sizeof(b));
	r = row("/proc/net/udp6", "00000000000000000000000000000000:1235");
	holds("UDP of IPv6", r && strncmp(r, " 07 ", 4) == 0);
	holds("its own table", !row("/proc/net/udp", ":1235"));
	r = row("/proc/net/dev", "lo:");
	holds("the interface", r);
	same("a socket is one", (fstat(udp, &st), st.st_mode), S_IFSOCK | 0777);
	sprintf(got, " %lu ", (unsigned long)st.st_ino);
	r = row("/proc/net/udp6", "00000000000000000000000000000000:1235");
	holds("of that number", r && strstr(r, got));
	holds("an address of IPv6", row("/proc/net/if_inet6", "00000000000000000000000000000001"));
	close(s), close(c), close(listener), close(udp);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	library();
	names();
	dumps();
	controls();
	tables();
	status_of(questions);
}

const struct suite netlink_suite = {"netlink", run, .needs_proc = true};
