/* NETLINK_ROUTE: what there is of interfaces, addresses and routes. All of it is loopback's. */
#include "fs/credentials.h"
#include "lib/errno.h"
#include "net/interface.h"
#include "net/netlink.h"

#define RTM_NEWLINK  16
#define RTM_GETLINK  18
#define RTM_NEWADDR  20
#define RTM_GETADDR  22
#define RTM_NEWROUTE 24
#define RTM_GETROUTE 26
#define RTM_GETNEIGH 30
#define RTM_GETRULE  34
#define RTM_GETQDISC 38

#define IFLA_ADDRESS	   1
#define IFLA_BROADCAST	   2
#define IFLA_IFNAME	   3
#define IFLA_MTU	   4
#define IFLA_QDISC	   6
#define IFLA_TXQLEN	   13
#define IFLA_OPERSTATE	   16
#define IFLA_LINKMODE	   17
#define IFLA_GROUP	   27
#define IFLA_PROMISCUITY   30
#define IFLA_NUM_TX_QUEUES 31
#define IFLA_NUM_RX_QUEUES 32
#define IFLA_CARRIER	   33

#define IFA_ADDRESS	1
#define IFA_LOCAL	2
#define IFA_LABEL	3
#define IFA_CACHEINFO	6
#define IFA_FLAGS	8
#define IFA_F_PERMANENT 0x80

#define RTA_DST	     1
#define RTA_OIF	     4
#define RTA_PRIORITY 6
#define RTA_PREFSRC  7
#define RTA_TABLE    15
#define RTA_PREF     20

#define TABLE_LOCAL	255
#define BY_KERNEL	2
#define SCOPE_UNIVERSE	0
#define SCOPE_LINK	253
#define SCOPE_HOST	254
#define ROUTE_LOCAL	2
#define ROUTE_BROADCAST 3

/* struct ifinfomsg, struct ifaddrmsg and struct rtmsg of the Linux ABI. */
struct link_message {
	uint8_t family, pad;
	uint16_t hardware;
	int32_t index;
	uint32_t flags, change;
};

struct address_message {
	uint8_t family, prefix, flags, scope;
	uint32_t index;
};

struct route_message {
	uint8_t family, prefix, source_prefix, tos, table, protocol, scope, kind;
	uint32_t flags;
};

static const uint8_t v6_loopback[16] = {[15] = 1};

static void put_link(struct netlink_reply *r)
{
	const struct link_message m = {.hardware = INTERFACE_HARDWARE,
				       .index = INTERFACE_INDEX,
				       .flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_LOWER_UP};
	static const uint8_t none[6], no, yes = 1;

	netlink_begin(r, RTM_NEWLINK, &m, sizeof(m));
	netlink_put(r, IFLA_IFNAME, INTERFACE_NAME, sizeof(INTERFACE_NAME));
	netlink_put_u32(r, IFLA_TXQLEN, INTERFACE_QUEUE);
	netlink_put(r, IFLA_OPERSTATE, &no, sizeof(no));
	netlink_put(r, IFLA_LINKMODE, &no, sizeof(no));
	netlink_put_u32(r, IFLA_MTU, INTERFACE_MTU);
	netlink_put_u32(r, IFLA_GROUP, 0);
	netlink_put_u32(r, IFLA_PROMISCUITY, 0);
	netlink_put_u32(r, IFLA_NUM_TX_QUEUES, 1);
	netlink_put_u32(r, IFLA_NUM_RX_QUEUES, 1);
	netlink_put(r, IFLA_CARRIER, &yes, sizeof(yes));
	netlink_put(r, IFLA_QDISC, "noqueue", 8);
	netlink_put(r, IFLA_ADDRESS, none, sizeof(none));
	netlink_put(r, IFLA_BROADCAST, none, sizeof(none));
}

static void put_address(struct netlink_reply *r, uint8_t family)
{
	const struct address_message m = {family, family == AF_INET ? 8 : 128, IFA_F_PERMANENT,
					  SCOPE_HOST, INTERFACE_INDEX};
	/* Preferred and valid for ever; made and changed at boot. */
	static const uint32_t times[4] = {UINT32_MAX, UINT32_MAX, 0, 0};

	netlink_begin(r, RTM_NEWADDR, &m, sizeof(m));
	if (family == AF_INET) {
		netlink_put_u32(r, IFA_ADDRESS, ADDRESS_LOOPBACK);
		netlink_put_u32(r, IFA_LOCAL, ADDRESS_LOOPBACK);
		netlink_put(r, IFA_LABEL, INTERFACE_NAME, sizeof(INTERFACE_NAME));
	} else {
		netlink_put(r, IFA_ADDRESS, v6_loopback, sizeof(v6_loopback));
	}
	netlink_put(r, IFA_CACHEINFO, times, sizeof(times));
	netlink_put_u32(r, IFA_FLAGS, IFA_F_PERMANENT);
}

static void put_route(struct netlink_reply *r, const struct route_message *m, const void *to)
{
	static const uint8_t medium;

	netlink_begin(r, RTM_NEWROUTE, m, sizeof(*m));
	netlink_put_u32(r, RTA_TABLE, m->table);
	netlink_put(r, RTA_DST, to, m->family == AF_INET ? 4 : 16);
	if (m->family == AF_INET) {
		netlink_put_u32(r, RTA_PREFSRC, ADDRESS_LOOPBACK);
	} else {
		netlink_put_u32(r, RTA_PRIORITY, 0);
		netlink_put(r, RTA_PREF, &medium, sizeof(medium));
	}
	netlink_put_u32(r, RTA_OIF, INTERFACE_INDEX);
}

static void put_routes(struct netlink_reply *r, uint8_t family)
{
	static const struct {
		struct route_message m;
		uint8_t to[16];
	} routes[] = {
		{{AF_INET, 8, 0, 0, TABLE_LOCAL, BY_KERNEL, SCOPE_HOST, ROUTE_LOCAL, 0}, {127}},
		{{AF_INET, 32, 0, 0, TABLE_LOCAL, BY_KERNEL, SCOPE_HOST, ROUTE_LOCAL, 0},
		 {127, 0, 0, 1}},
		{{AF_INET, 32, 0, 0, TABLE_LOCAL, BY_KERNEL, SCOPE_LINK, ROUTE_BROADCAST, 0},
		 {127, 255, 255, 255}},
		{{AF_INET6, 128, 0, 0, TABLE_LOCAL, BY_KERNEL, SCOPE_UNIVERSE, ROUTE_LOCAL, 0},
		 {[15] = 1}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++)
		if (family == AF_UNSPEC || family == routes[i].m.family)
			put_route(r, &routes[i].m, routes[i].to);
}

/* The value of an attribute behind the fixed part, and its length; NULL: it is not there. */
static const char *find(const char *body, size_t n, size_t fixed, uint16_t type, size_t *len)
{
	size_t at = ALIGN_UP(fixed, 4);

	while (at <= n && n - at >= 4) {
		uint16_t h[2];

		memcpy(h, body + at, sizeof(h));
		if (h[0] < 4 || h[0] > n - at)
			return NULL;
		if ((h[1] & 0x3fff) == type) {
			*len = h[0] - 4u;
			return body + at + 4;
		}
		at += ALIGN_UP((size_t)h[0], 4);
	}
	return NULL;
}

/* Which interface is meant: by its number, or its name. */
static int find_link(const char *body, size_t n, struct link_message *m)
{
	const char *name;
	size_t len;

	if (n < sizeof(*m))
		return -EINVAL;
	memcpy(m, body, sizeof(*m));
	if (m->index)
		return m->index == INTERFACE_INDEX ? 0 : -ENODEV;
	name = find(body, n, sizeof(*m), IFLA_IFNAME, &len);
	if (!name)
		return -EINVAL;
	return len >= 2 && len <= 16 && strncmp(name, INTERFACE_NAME, len) == 0 ? 0 : -ENODEV;
}

static int dump(struct netlink_reply *r, uint8_t family)
{
	switch (r->request.type) {
	case RTM_GETLINK:
		put_link(r);
		return 0;
	case RTM_GETADDR:
		if (family == AF_UNSPEC || family == AF_INET)
			put_address(r, AF_INET);
		if (family == AF_UNSPEC || family == AF_INET6)
			put_address(r, AF_INET6);
		return 0;
	case RTM_GETROUTE:
		put_routes(r, family);
		return 0;
	case RTM_GETNEIGH:
	case RTM_GETRULE:
	case RTM_GETQDISC:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

int rtnetlink_answer(struct netlink_reply *r, const void *body, size_t n)
{
	struct link_message m;
	int err;

	if (n < 1)
		return 0;
	/* The third of each four is a question; the others would change something. */
	if ((r->request.type & 3) != 2 && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if ((r->request.type & 3) == 2 && (r->request.flags & NLM_F_DUMP))
		return dump(r, *(const uint8_t *)body);
	if (r->request.type != RTM_GETLINK && r->request.type != RTM_NEWLINK)
		return -EOPNOTSUPP;
	err = find_link(body, n, &m);
	if (err)
		return err;
	if (r->request.type == RTM_GETLINK)
		put_link(r);
	else if ((m.change & ~(uint32_t)IFF_UP) || ((m.change & IFF_UP) && !(m.flags & IFF_UP)))
		return -EOPNOTSUPP;
	return 0;
}
