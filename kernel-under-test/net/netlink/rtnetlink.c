/* NETLINK_ROUTE: modifying, and querying single, interfaces, addresses and routes. */
#include "net/netlink/rtnetlink.h"

#include "fs/credentials.h"
#include "lib/errno.h"
#include "net/ip/route.h"

/* The value and length of an attribute after the fixed part, or NULL. */
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

/* The same for a number; returns whether it is there. */
static bool find_u32(const char *body, size_t n, size_t fixed, uint16_t type, uint32_t *out)
{
	size_t len;
	const char *at = find(body, n, fixed, type, &len);

	if (!at || len < sizeof(*out))
		return false;
	memcpy(out, at, sizeof(*out));
	return true;
}

/* Finds the interface a request refers to, by index or name. */
static int find_link(const char *body, size_t n, struct link_message *m, struct interface **out)
{
	char name[INTERFACE_NAME_MAX] = {0};
	const char *at;
	size_t len;

	if (n < sizeof(*m))
		return -EINVAL;
	memcpy(m, body, sizeof(*m));
	if (m->index) {
		*out = interface_by_index((uint32_t)m->index);
		return *out ? 0 : -ENODEV;
	}
	at = find(body, n, sizeof(*m), IFLA_IFNAME, &len);
	if (!at)
		return -EINVAL;
	memcpy(name, at, MIN(len, sizeof(name) - 1));
	*out = interface_by_name(name);
	return *out ? 0 : -ENODEV;
}

static uint32_t mask_of(uint8_t prefix)
{
	return prefix ? be32(UINT32_MAX << (32 - prefix)) : 0;
}

/* An interface has a single address, so a second one is refused. */
static int change_address(uint16_t type, const char *body, size_t n)
{
	uint32_t address, broadcast = 0;
	struct address_message m;
	struct interface *i;

	if (n < sizeof(m))
		return -EINVAL;
	memcpy(&m, body, sizeof(m));
	if (m.family != AF_INET)
		return -EAFNOSUPPORT;
	i = interface_by_index(m.index);
	if (!i)
		return -ENODEV;
	if (m.prefix > 32 || (!find_u32(body, n, sizeof(m), IFA_LOCAL, &address) &&
			      !find_u32(body, n, sizeof(m), IFA_ADDRESS, &address)))
		return -EINVAL;
	find_u32(body, n, sizeof(m), IFA_BROADCAST, &broadcast);
	if (type == RTM_DELADDR)
		return i->address != address ? -EADDRNOTAVAIL : interface_set_address(i, 0, 0, 0);
	if (i->address)
		return i->address == address ? -EEXIST : -EOPNOTSUPP;
	return interface_set_address(i, address, mask_of(m.prefix), broadcast);
}

static int change_route(uint16_t type, const char *body, size_t n)
{
	struct route r = {0};
	struct route_message m;
	uint32_t index;

	if (n < sizeof(m))
		return -EINVAL;
	memcpy(&m, body, sizeof(m));
	if (m.family != AF_INET)
		return -EAFNOSUPPORT;
	if (m.prefix > 32)
		return -EINVAL;
	if (type == RTM_NEWROUTE && (m.kind != ROUTE_UNICAST || m.table != TABLE_MAIN))
		return -EOPNOTSUPP;
	r.mask = mask_of(m.prefix);
	r.protocol = m.protocol;
	find_u32(body, n, sizeof(m), RTA_DST, &r.to);
	find_u32(body, n, sizeof(m), RTA_GATEWAY, &r.gateway);
	find_u32(body, n, sizeof(m), RTA_PREFSRC, &r.source);
	find_u32(body, n, sizeof(m), RTA_PRIORITY, &r.metric);
	if (find_u32(body, n, sizeof(m), RTA_OIF, &index)) {
		r.via = interface_by_index(index);
		if (!r.via)
			return -ENODEV;
	}
	if (r.to & ~r.mask)
		return -EINVAL;
	if (type == RTM_DELROUTE)
		return route_remove(&r);
	return r.via || r.gateway ? route_add(&r) : -ENODEV;
}

/* Which route a packet takes (ip route get). */
static int get_route(struct netlink_reply *r, const char *body, size_t n)
{
	struct route_message m;
	struct next_hop h;
	uint32_t to;
	int err;

	if (n < sizeof(m) || !find_u32(body, n, sizeof(m), RTA_DST, &to))
		return -EINVAL;
	memcpy(&m, body, sizeof(m));
	if (m.family != AF_INET)
		return -EAFNOSUPPORT;
	err = route_find(to, NULL, &h);
	if (err)
		return err;
	m = (struct route_message){.family = AF_INET,
				   .prefix = 32,
				   .table = h.route ? TABLE_MAIN : TABLE_LOCAL,
				   .kind = h.route ? ROUTE_UNICAST : ROUTE_LOCAL,
				   .flags = 0x200}; /* RTM_F_CLONED */
	netlink_begin(r, RTM_NEWROUTE, &m, sizeof(m));
	netlink_put_u32(r, RTA_TABLE, m.table);
	netlink_put_u32(r, RTA_DST, to);
	netlink_put_u32(r, RTA_OIF, h.via->index);
	netlink_put_u32(r, RTA_PREFSRC, h.source);
	if (h.hop != to)
		netlink_put_u32(r, RTA_GATEWAY, h.hop);
	return 0;
}

static int change_link(const char *body, size_t n, bool show, struct netlink_reply *r)
{
	struct link_message m;
	struct interface *i;
	int err = find_link(body, n, &m, &i);

	if (err)
		return err;
	if (show) {
		rtnetlink_put_link(r, i);
		return 0;
	}
	if (m.change & ~(uint32_t)IFF_UP)
		return -EOPNOTSUPP;
	return m.change & IFF_UP ? interface_set_up(i, m.flags & IFF_UP) : 0;
}

int rtnetlink_request(struct netlink_reply *r, const void *body, size_t n)
{
	uint16_t type = r->request.type;

	if (n < 1)
		return 0;
	/* Types of the form 4n + 2 are queries; all others modify something. */
	if ((type & 3) != 2 && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (netlink_is_dump(&r->request))
		return rtnetlink_dump(r, *(const uint8_t *)body);
	switch (type) {
	case RTM_GETLINK:
	case RTM_NEWLINK:
		return change_link(body, n, type == RTM_GETLINK, r);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return change_address(type, body, n);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return change_route(type, body, n);
	case RTM_GETROUTE:
		return get_route(r, body, n);
	default:
		return -EOPNOTSUPP;
	}
}
