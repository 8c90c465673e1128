/* Socket addresses in the ABI's form. */
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

/* A sockaddr; `len` 0: unset. */
struct address {
	uint32_t len;
	union {
		uint16_t family;
		struct {
			uint16_t in_family;
			uint16_t in_port; /* big endian, like the address */
			uint32_t in_addr;
		};
		struct {
			uint16_t in6_family;
			uint16_t in6_port; /* at the offset of in_port */
			uint32_t in6_flow;
			uint32_t in6_addr[4];
			uint32_t in6_scope;
		};
		struct {
			uint16_t nl_family, nl_pad;
			uint32_t nl_port; /* 0: the kernel */
			uint32_t nl_groups;
		};
		struct {
			uint16_t ll_family, ll_protocol; /* big endian */
			uint32_t ll_index;		 /* an interface's */
			uint16_t ll_hardware;
			uint8_t ll_kind, ll_len, ll_at[8];
		};
		struct {
			uint16_t un_family;
			char un_path[ADDRESS_MAX - 2];
		};
	};
};

/* The minimum length of an address of its family. */
static inline uint32_t address_size(const struct address *a)
{
	return a->family == AF_INET	 ? 16
	       : a->family == AF_INET6	 ? 28
	       : a->family == AF_NETLINK ? 12
	       : a->family == AF_PACKET	 ? 20
					 : 2;
}

/* The rest concerns Internet addresses. */

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

/* The IPv4 address, plain or mapped (::ffff:1.2.3.4); NULL for other IPv6 addresses. */
static inline const uint32_t *address_v4(const struct address *a)
{
	if (likely(a->family == AF_INET))
		return &a->in_addr;
	if (a->in6_addr[0] || a->in6_addr[1] || a->in6_addr[2] != ADDRESS_MAPPED)
		return NULL;
	return &a->in6_addr[3];
}

/* Whether it is unspecified (INADDR_ANY), of either family. */
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
/* Whether it is the address of an interface. */
bool address_is_interface(uint32_t v4);

/* Whether it is an address of this machine, or unspecified. */
static inline bool address_is_local(const struct address *a)
{
	const uint32_t *v4 = address_v4(a);

	return (v4 ? (*v4 & 0xff) == 127 : address_is_v6_loopback(a)) || address_is_any(a) ||
	       (v4 && address_is_interface(*v4));
}

/* Such an address is only valid together with an interface. */
bool address_is_link_local(const struct address *a);
/* Converts to the form for sockets of `family`: IPv4 addresses to mapped ones, and back. */
void address_do_convert(struct address *a, uint16_t family);

static inline void address_convert(struct address *a, uint16_t family)
{
	if (unlikely(a->family != family))
		address_do_convert(a, family);
}

/*
 * Replaces an unspecified address by the source address of packets to `other`. For loopback that is
 * 127.0.0.1 if either address is IPv4, ::1 otherwise.
 */
void address_do_select_source(struct address *a, const struct address *other);

static inline void address_select_source(struct address *a, const struct address *other)
{
	if (address_is_any(a))
		address_do_select_source(a, other);
}
