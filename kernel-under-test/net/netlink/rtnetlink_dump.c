/* NETLINK_ROUTE dumps: interfaces, addresses, routes and neighbours. */
#include "lib/errno.h"
#include "net/ip/arp.h"
#include "net/ip/route.h"
#include "net/netlink/rtnetlink.h"

#define IFLA_ADDRESS	   1
#define IFLA_BROADCAST	   2
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
#define IFA_LABEL	   3
#define IFA_CACHEINFO	   6
#define IFA_FLAGS	   8
#define IFA_F_PERMANENT	   0x80
#define RTA_PREF	   20
#define NDA_DST		   1
#define NDA_LLADDR	   2
#define SCOPE_UNIVERSE	   0
#define SCOPE_LINK	   253
#define SCOPE_HOST	   254
#define ROUTE_BROADCAST	   3

struct neighbour_message {
	uint8_t family, pad1;
	uint16_t pad2;
	uint32_t index;
	uint16_t state;
	uint8_t flags, kind;
};

#define NEIGHBOUR_INCOMPLETE 1
#define NEIGHBOUR_REACHABLE  2

static const uint8_t v6_loopback[16] = {[15] = 1};

void rtnetlink_put_link(struct netlink_reply *r, const struct interface *i)
{
	const struct link_message m = {
		.hardware = i->hardware, .index = (int32_t)i->index, .flags = interface_flags(i)};
	bool looped = i == &interface_loopback, up = interface_is_up(i);
	uint8_t all[6], zero = 0, carrier = up, state = looped ? 0 : up ? 6 : 2;

	memset(all, looped ? 0 : 255, sizeof(all));
	netlink_begin(r, RTM_NEWLINK, &m, sizeof(m));
	netlink_put(r, IFLA_IFNAME, i->name, strlen(i->name) + 1);
	netlink_put_u32(r, IFLA_TXQLEN, INTERFACE_QUEUE);
	netlink_put(r, IFLA_OPERSTATE, &state, sizeof(state));
	netlink_put(r, IFLA_LINKMODE, &zero, sizeof(zero));
	netlink_put_u32(r, IFLA_MTU, i->mtu);
	netlink_put_u32(r, IFLA_GROUP, 0);
	netlink_put_u32(r, IFLA_PROMISCUITY, 0);
	netlink_put_u32(r, IFLA_NUM_TX_QUEUES, 1);
	netlink_put_u32(r, IFLA_NUM_RX_QUEUES, 1);
	netlink_put(r, IFLA_CARRIER, &carrier, sizeof(carrier));
	netlink_put(r, IFLA_QDISC, "noqueue", 8);
	netlink_put(r, IFLA_ADDRESS, i->mac, sizeof(i->mac));
	netlink_put(r, IFLA_BROADCAST, all, sizeof(all));
}

static void put_address(struct netlink_reply *r, const struct interface *i, uint8_t family)
{
	bool v4 = family == AF_INET;
	const struct address_message m = {family, v4 ? interface_prefix(i) : 128, IFA_F_PERMANENT,
					  i == &interface_loopback ? SCOPE_HOST : SCOPE_UNIVERSE,
					  i->index};
	/* Preferred and valid forever; created and updated at boot. */
	static const uint32_t times[4] = {UINT32_MAX, UINT32_MAX, 0, 0};

	netlink_begin(r, RTM_NEWADDR, &m, sizeof(m));
	if (v4) {
		netlink_put_u32(r, IFA_ADDRESS, i->address);
		netlink_put_u32(r, IFA_LOCAL, i->address);
		if (i->broadcast)
			netlink_put_u32(r, IFA_BROADCAST, i->broadcast);
		netlink_put(r, IFA_LABEL, i->name, strlen(i->name) + 1);
	} else {
		netlink_put(r, IFA_ADDRESS, v6_loopback, sizeof(v6_loopback));
	}
	netlink_put(r, IFA_CACHEINFO, times, sizeof(times));
	netlink_put_u32(r, IFA_FLAGS, IFA_F_PERMANENT);
}

static void put_addresses(struct netlink_reply *r, uint8_t family)
{
	const struct interface *i;

	list_for_each (i, &interfaces, link)
		if (i->address && (family == AF_UNSPEC || family == AF_INET))
			put_address(r, i, AF_INET);
	if (family == AF_UNSPEC || family == AF_INET6)
		put_address(r, &interface_loopback, AF_INET6);
}

static void put_route(struct netlink_reply *r, const struct route *route)
{
	const struct route_message m = {.family = AF_INET,
					.prefix = prefix_len(route->mask),
					.table = TABLE_MAIN,
					.protocol = route->protocol,
					.scope = route->gateway ? SCOPE_UNIVERSE : SCOPE_LINK,
					.kind = ROUTE_UNICAST};

	netlink_begin(r, RTM_NEWROUTE, &m, sizeof(m));
	netlink_put_u32(r, RTA_TABLE, m.table);
	if (m.prefix)
		netlink_put_u32(r, RTA_DST, route->to);
	if (route->metric)
		netlink_put_u32(r, RTA_PRIORITY, route->metric);
	if (route->source)
		netlink_put_u32(r, RTA_PREFSRC, route->source);
	if (route->gateway)
		netlink_put_u32(r, RTA_GATEWAY, route->gateway);
	netlink_put_u32(r, RTA_OIF, route->via->index);
}

/* Entries of the local table: an interface's address, loopback's network, and broadcasts. */
static void put_local(struct netlink_reply *r, const struct interface *i, uint32_t to,
		      uint8_t prefix, uint8_t kind)
{
	const struct route_message m = {.family = AF_INET,
					.prefix = prefix,
					.table = TABLE_LOCAL,
					.protocol = ROUTE_BY_KERNEL,
					.scope = kind == ROUTE_LOCAL ? SCOPE_HOST : SCOPE_LINK,
					.kind = kind};

	netlink_begin(r, RTM_NEWROUTE, &m, sizeof(m));
	netlink_put_u32(r, RTA_TABLE, TABLE_LOCAL);
	netlink_put_u32(r, RTA_DST, to);
	netlink_put_u32(r, RTA_PREFSRC, i->address);
	netlink_put_u32(r, RTA_OIF, i->index);
}

static void put_v6_route(struct netlink_reply *r)
{
	static const struct route_message m = {
		AF_INET6, 128, 0, 0, TABLE_LOCAL, ROUTE_BY_KERNEL, SCOPE_UNIVERSE, ROUTE_LOCAL, 0};
	static const uint8_t medium;

	netlink_begin(r, RTM_NEWROUTE, &m, sizeof(m));
	netlink_put_u32(r, RTA_TABLE, TABLE_LOCAL);
	netlink_put(r, RTA_DST, v6_loopback, sizeof(v6_loopback));
	netlink_put_u32(r, RTA_PRIORITY, 0);
	netlink_put(r, RTA_PREF, &medium, sizeof(medium));
	netlink_put_u32(r, RTA_OIF, interface_loopback.index);
}

static void put_routes(struct netlink_reply *r, uint8_t family)
{
	const struct interface *i;
	const struct route *route;

	if (family == AF_UNSPEC || family == AF_INET) {
		list_for_each (route, &routes, link)
			put_route(r, route);
		list_for_each (i, &interfaces, link) {
			if (!i->address || !interface_is_up(i))
				continue;
			if (i == &interface_loopback)
				put_local(r, i, i->address & i->mask, interface_prefix(i),
					  ROUTE_LOCAL);
			put_local(r, i, i->address, 32, ROUTE_LOCAL);
			put_local(r, i, i->address | ~i->mask, 32, ROUTE_BROADCAST);
		}
	}
	if (family == AF_UNSPEC || family == AF_INET6)
		put_v6_route(r);
}

static void put_neighbours(struct netlink_reply *r)
{
	const struct neighbour *n;

	list_for_each (n, &neighbours, link) {
		const struct neighbour_message m = {.family = AF_INET,
						    .index = n->via->index,
						    .state = n->known ? NEIGHBOUR_REACHABLE
								      : NEIGHBOUR_INCOMPLETE,
						    .kind = ROUTE_UNICAST};

		netlink_begin(r, RTM_NEWNEIGH, &m, sizeof(m));
		netlink_put_u32(r, NDA_DST, n->address);
		if (n->known)
			netlink_put(r, NDA_LLADDR, n->mac, sizeof(n->mac));
	}
}

int rtnetlink_dump(struct netlink_reply *r, uint8_t family)
{
	const struct interface *i;

	switch (r->request.type) {
	case RTM_GETLINK:
		list_for_each (i, &interfaces, link)
			rtnetlink_put_link(r, i);
		return 0;
	case RTM_GETADDR:
		put_addresses(r, family);
		return 0;
	case RTM_GETROUTE:
		put_routes(r, family);
		return 0;
	case RTM_GETNEIGH:
		put_neighbours(r);
		return 0;
	case RTM_GETRULE:
	case RTM_GETQDISC:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}
