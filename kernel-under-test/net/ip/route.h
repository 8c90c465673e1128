/*
 * The IPv4 routing table. Local addresses are routed through loopback before any of these routes.
 * Addresses are big endian.
 */
#pragma once

#include "net/ip/interface.h"

struct route {
	struct list link;
	uint32_t to, mask, gateway; /* gateway 0: directly connected */
	uint32_t source;	    /* 0: the interface's address */
	uint32_t metric;
	struct interface *via;
	uint8_t protocol; /* origin, RTPROT_* */
};

#define ROUTE_BY_KERNEL 2
#define ROUTE_BY_BOOT	3

extern struct list routes;

/*
 * Adds a copy of `r`. Returns 0, -EEXIST, -ENETUNREACH (the gateway is not on a link), -ENETDOWN,
 * -ENOMEM or -ENOBUFS.
 */
int route_add(const struct route *r);
/* Removes the first match; gateway, metric and `via` match anything if 0. Returns 0 or -ESRCH. */
int route_remove(const struct route *r);
/* Adds the route to the network of the interface's own address. */
int route_add_connected(struct interface *i);
void route_remove_interface(const struct interface *i);

struct next_hop {
	struct interface *via;
	uint32_t hop, source;
	const struct route *route; /* NULL: local, or on the link of a given interface */
};

/* The source address for packets to `to`; 127.0.0.1 if there is no route. */
uint32_t route_source(uint32_t to);
/*
 * Looks up the longest matching prefix. `through` NULL: on any interface. Returns 0 or
 * -ENETUNREACH.
 */
int route_find(uint32_t to, struct interface *through, struct next_hop *out);
