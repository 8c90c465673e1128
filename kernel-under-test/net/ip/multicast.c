#include "net/ip/multicast.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/ip/raw.h"
#include "net/ip/route.h"

#define MEMBERSHIPS_MAX 20 /* net.ipv4.igmp_max_memberships */

struct membership {
	struct list link;
	struct socket *socket;
	uint32_t group, index, address;
};

static struct list memberships = LIST_INIT(memberships);

struct interface *interface_owning(uint32_t v4)
{
	return (v4 & 0xff) == 127 ? &interface_loopback : interface_by_address(v4);
}

static struct interface *choose_interface(uint32_t group, uint32_t index, uint32_t address)
{
	struct next_hop h;

	if (index)
		return interface_by_index(index);
	if (address)
		return interface_owning(address);
	return route_find(group, NULL, &h) == 0 ? h.via : NULL;
}

int multicast_join(struct socket *s, uint32_t group, uint32_t index, uint32_t address)
{
	struct interface *i = choose_interface(group, index, address);
	struct membership *m;
	int count = 0;

	if (!address_is_group(group))
		return -EINVAL;
	if (!i)
		return -ENODEV;
	list_for_each (m, &memberships, link) {
		if (m->socket != s)
			continue;
		if (m->group == group && m->index == i->index)
			return -EADDRINUSE;
		count++;
	}
	if (count == MEMBERSHIPS_MAX)
		return -ENOBUFS;
	/* A socket that has `more` leaves its groups when it is closed. */
	m = socket_ext(s) ? kmem_alloc(sizeof(*m)) : NULL;
	if (!m)
		return -ENOMEM;
	*m = (struct membership){
		.socket = s, .group = group, .index = i->index, .address = address};
	list_push_back(&memberships, &m->link);
	return 0;
}

static void drop(struct membership *m)
{
	list_remove(&m->link);
	kmem_free(m);
}

int multicast_leave(struct socket *s, uint32_t group, uint32_t index, uint32_t address)
{
	struct interface *i = choose_interface(group, index, address);
	struct membership *m;

	if (!i && !index && !address)
		return -ENODEV;
	list_for_each (m, &memberships, link) {
		if (m->socket != s || m->group != group ||
		    (i ? m->index != i->index : m->address != address))
			continue;
		drop(m);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

void multicast_leave_all(struct socket *s)
{
	struct membership *m, *next;

	list_for_each_safe (m, next, &memberships, link)
		if (m->socket == s)
			drop(m);
}

bool multicast_is_joined(const struct interface *i, uint32_t group)
{
	struct membership *m;

	list_for_each (m, &memberships, link)
		if (m->group == group && m->index == i->index)
			return true;
	return false;
}

bool multicast_accepts(const struct socket *s, const struct interface *i, uint32_t to)
{
	struct membership *m;

	if (!address_is_group(to) || !s->ext || !s->ext->members_only)
		return true;
	list_for_each (m, &memberships, link)
		if (m->socket == s && m->group == to && m->index == i->index)
			return true;
	return false;
}
