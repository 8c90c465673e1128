/* Socket addresses: conversion between families and choice of source addresses. */
#include "net/address.h"

#include "net/ip/route.h"

static const uint32_t loopback_v6[4] = {[3] = 0x01000000};

bool address_is_v6_loopback(const struct address *a)
{
	return memcmp(a->in6_addr, loopback_v6, sizeof(loopback_v6)) == 0;
}

bool address_is_link_local(const struct address *a)
{
	return a->family == AF_INET6 && (a->in6_addr[0] & 0xc0ff) == 0x80fe;
}

static void make_mapped(struct address *a, uint32_t v4)
{
	a->in6_addr[0] = a->in6_addr[1] = 0;
	a->in6_addr[2] = ADDRESS_MAPPED;
	a->in6_addr[3] = v4;
}

void address_do_convert(struct address *a, uint16_t family)
{
	if (family == AF_INET) {
		a->in_addr = a->in6_addr[3];
		a->in6_addr[0] = a->in6_addr[1] = 0;
	} else {
		make_mapped(a, a->in_addr);
		a->in6_flow = a->in6_scope = 0;
	}
	a->family = family;
	a->len = address_size(a);
}

void address_do_select_source(struct address *a, const struct address *other)
{
	uint32_t source = ADDRESS_LOOPBACK;
	const uint32_t *v4;

	if (likely(a->family == AF_INET && (other->in_addr & 0xff) == 127)) {
		a->in_addr = source;
		return;
	}
	v4 = address_v4(other);
	if (v4 && (*v4 & 0xff) != 127)
		source = route_source(*v4);
	if (a->family == AF_INET)
		a->in_addr = source;
	else if (address_v4(a) || v4)
		make_mapped(a, source);
	else
		memcpy(a->in6_addr, loopback_v6, sizeof(loopback_v6));
}
