/*
 * The routes of IPv4: which way a packet goes. What is this machine's own goes through loopback,
 * before any of these. Addresses are big endian.
 */
#pragma once

#include "net/ip/interface.h"

struct route {
	struct list link;
	uint32_t to, mask, gateway; /* gateway 0: it is on the link */
	uint32_t source;	    /* 0: the interface's */
	uint32_t metric;
	struct interface *via;
	uint8_t protocol; /* who made it, as netlink numbers that */
};

#define ROUTE_BY_KERNEL 2
#define ROUTE_BY_BOOT	3

extern struct list routes;

/* A copy of `r`. -EEXIST, -ENETUNREACH (nobody on a link is the gateway), -ENETDOWN, -ENOMEM,
 * -ENOBUFS. */
int route_add(const struct route *r);
/* The first that fits; what is 0 of gateway, metric and `via` fits any. -ESRCH. */
int route_remove(const struct route *r);
/* To the net of its own address. */
int route_add_connected(struct interface *i);
void route_forget(const struct interface *i);

struct next_hop {
	struct interface *via;
	uint32_t hop, source;
	const struct route *route; /* NULL: this machine itself, or no route was needed */
};

/* Whose address packets to `to` have; the loopback's if there is no way. */
uint32_t route_source(uint32_t to);
/* `through` NULL: any interface. -ENETUNREACH. */
int route_find(uint32_t to, struct interface *through, struct next_hop *out);
