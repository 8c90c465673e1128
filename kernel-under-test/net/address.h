/* Addresses of sockets, in the forms that the user gives and gets. */
#pragma once

#include "lib/string.h"
#include "lib/types.h"

#define AF_UNSPEC  0
#define AF_UNIX	   1
#define AF_INET	   2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_PACKET  17

#define ADDRESS_MAX 110

/* A sockaddr; `len` 0: none. */
struct address {
	uint32_t len;
	union {
		uint16_t family;
		struct {
			uint16_t in_family;
			uint16_t in_port; /* big endian, as the address */
			uint32_t in_addr;
		};
		struct {
			uint16_t in6_family;
			uint16_t in6_port; /* where in_port is */
			uint32_t in6_flow;
			uint32_t in6_addr[4];
			uint32_t in6_scope;
		};
		struct {
			uint16_t nl_family, nl_pad;
			uint32_t nl_port; /* 0: the kernel's */
			uint32_t nl_groups;
		};
		struct {
			uint16_t ll_family, ll_protocol; /* big endian */
			uint32_t ll_index;		 /* of an interface */
			uint16_t ll_hardware;
			uint8_t ll_kind, ll_len, ll_at[8];
		};
		struct {
			uint16_t un_family;
			char un_path[ADDRESS_MAX - 2];
		};
	};
};

/* The least that one of its family has. */
static inline uint32_t address_size(const struct address *a)
{
	return a->family == AF_INET	 ? 16
	       : a->family == AF_INET6	 ? 28
	       : a->family == AF_NETLINK ? 12
	       : a->family == AF_PACKET	 ? 20
					 : 2;
}

/* What follows is of Internet addresses alone. */

/* Big endian. */
#define ADDRESS_LOOPBACK 0x0100007fu
#define ADDRESS_MAPPED	 0xffff0000u

static inline uint16_t address_port(const struct address *a)
{
	return __builtin_bswap16(a->in_port);
}

static inline void address_set_port(struct address *a, uint16_t port)
{
	a->in_port = __builtin_bswap16(port);
}

/* The address, if it is one of IPv4, in either form (::ffff:1.2.3.4); NULL: it is of IPv6. */
static inline const uint32_t *address_v4(const struct address *a)
{
	if (likely(a->family == AF_INET))
		return &a->in_addr;
	if (a->in6_addr[0] || a->in6_addr[1] || a->in6_addr[2] != ADDRESS_MAPPED)
		return NULL;
	return &a->in6_addr[3];
}

/* None in particular, of either kind. */
static inline bool address_is_any(const struct address *a)
{
	const uint32_t *v4 = address_v4(a);

	if (likely(v4))
		return !*v4;
	return !(a->in6_addr[0] | a->in6_addr[1] | a->in6_addr[2] | a->in6_addr[3]);
}

static inline bool address_same_host(const struct address *a, const struct address *b)
{
	const uint32_t *v = address_v4(a), *w = address_v4(b);

	if (likely(v && w))
		return *v == *w;
	return !v && !w && memcmp(a->in6_addr, b->in6_addr, sizeof(a->in6_addr)) == 0;
}

bool address_is_v6_loopback(const struct address *a);
/* Whether an interface has it. */
bool address_is_interface(uint32_t v4);

/* Of this machine, or none in particular. */
static inline bool address_is_ours(const struct address *a)
{
	const uint32_t *v4 = address_v4(a);

	return (v4 ? (*v4 & 0xff) == 127 : address_is_v6_loopback(a)) || address_is_any(a) ||
	       (v4 && address_is_interface(*v4));
}

/* One that wants to be told which interface is meant. */
bool address_is_link_local(const struct address *a);
/* Into the form that sockets of `family` have: those of IPv4 as ::ffff:1.2.3.4, and back. */
void address_do_convert(struct address *a, uint16_t family);

static inline void address_convert(struct address *a, uint16_t family)
{
	if (unlikely(a->family != family))
		address_do_convert(a, family);
}

/*
 * What says none in particular becomes the one that packets to `other` come from. The loopback's is
 * that of IPv4 where it is of IPv4 or meets one that is.
 */
void address_do_settle(struct address *a, const struct address *other);

static inline void address_settle(struct address *a, const struct address *other)
{
	if (address_is_any(a))
		address_do_settle(a, other);
}
