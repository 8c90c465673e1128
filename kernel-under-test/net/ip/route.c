/* The IPv4 routing table. */
#include "net/ip/route.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/address.h"

#define ROUTES_MAX 128 /* all fit into one netlink reply */

struct list routes = LIST_INIT(routes);

static bool same_net(const struct route *a, const struct route *b)
{
	return a->to == b->to && a->mask == b->mask;
}

/* Listing order: by network, then the longest prefix first, then by metric. */
static bool goes_before(const struct route *a, const struct route *b)
{
	if (a->to != b->to)
		return be32(a->to) < be32(b->to);
	if (a->mask != b->mask)
		return be32(a->mask) > be32(b->mask);
	return a->metric < b->metric;
}

static bool is_on_link(const struct route *of)
{
	const struct route *r;

	list_for_each (r, &routes, link)
		if (!r->gateway && r->via == of->via && (of->gateway & r->mask) == r->to)
			return true;
	return false;
}

static struct interface *link_to(uint32_t gateway)
{
	const struct route *r;

	list_for_each (r, &routes, link)
		if (!r->gateway && (gateway & r->mask) == r->to)
			return r->via;
	return NULL;
}

int route_add(const struct route *r)
{
	struct route *new, *other;
	struct list *before = &routes;
	unsigned int count = 0;

	list_for_each (other, &routes, link) {
		count++;
		if (same_net(other, r) && other->metric == r->metric)
			return -EEXIST;
	}
	if (count == ROUTES_MAX)
		return -ENOBUFS;
	new = kmem_alloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = *r;
	if (!new->via)
		new->via = link_to(new->gateway);
	if (!new->via || !interface_is_up(new->via) || (new->gateway && !is_on_link(new))) {
		int err = new->via && !interface_is_up(new->via) ? -ENETDOWN : -ENETUNREACH;

		kmem_free(new);
		return err;
	}
	list_for_each (other, &routes, link) {
		before = &other->link;
		if (goes_before(new, other))
			break;
		before = &routes;
	}
	list_push_back(before, &new->link);
	return 0;
}

int route_remove(const struct route *r)
{
	struct route *other;

	list_for_each (other, &routes, link) {
		if (!same_net(other, r) || (r->gateway && r->gateway != other->gateway) ||
		    (r->via && r->via != other->via) || (r->metric && r->metric != other->metric))
			continue;
		list_remove(&other->link);
		kmem_free(other);
		return 0;
	}
	return -ESRCH;
}

int route_add_connected(struct interface *i)
{
	struct route r = {.to = i->address & i->mask,
			  .mask = i->mask,
			  .source = i->address,
			  .via = i,
			  .protocol = ROUTE_BY_KERNEL};

	/* A /32 needs none: it is the local address. */
	return !i->address || i->mask == UINT32_MAX ? 0 : route_add(&r);
}

void route_remove_interface(const struct interface *i)
{
	struct route *r, *next;

	list_for_each_safe (r, next, &routes, link) {
		if (r->via != i)
			continue;
		list_remove(&r->link);
		kmem_free(r);
	}
}

int route_find(uint32_t to, struct interface *through, struct next_hop *out)
{
	struct interface *own = interface_by_address(to);
	const struct route *r, *best = NULL;

	if (own || (to & 0xff) == 127) {
		*out = (struct next_hop){&interface_loopback, to, own ? to : ADDRESS_LOOPBACK,
					 NULL};
		return 0;
	}
	list_for_each (r, &routes, link)
		if ((to & r->mask) == r->to && (!through || r->via == through) &&
		    (!best || be32(r->mask) > be32(best->mask)))
			best = r;
	if (best) {
		*out = (struct next_hop){best->via, best->gateway ? best->gateway : to,
					 best->source ? best->source : best->via->address, best};
		return 0;
	}
	/* With an explicit interface, every address is assumed to be on its link. */
	if (!through)
		return -ENETUNREACH;
	*out = (struct next_hop){through, to, through->address, NULL};
	return 0;
}

uint32_t route_source(uint32_t to)
{
	struct next_hop h;

	return to && route_find(to, NULL, &h) == 0 ? h.source : ADDRESS_LOOPBACK;
}
