/* Membership of sockets in IPv4 multicast groups. Nobody is told of it on a link (no IGMP). */
#pragma once

#include "net/ip/interface.h"
#include "net/socket.h"

/* Addresses are big endian. */
static inline bool address_is_group(uint32_t v4)
{
	return (v4 & 0xf0) == 0xe0;
}

/* Whether several sockets may receive what is sent there. */
static inline bool address_is_shared(uint32_t v4)
{
	return address_is_group(v4) || v4 == UINT32_MAX;
}

/* The interface that an address belongs to, or NULL. */
struct interface *interface_owning(uint32_t v4);

/*
 * `index` names the interface, else `address` does, else the route to the group. -EINVAL: not a
 * group; -ENODEV, -EADDRINUSE (already a member), -EADDRNOTAVAIL (not a member), -ENOBUFS, -ENOMEM.
 */
int multicast_join(struct socket *s, uint32_t group, uint32_t index, uint32_t address);
int multicast_leave(struct socket *s, uint32_t group, uint32_t index, uint32_t address);
void multicast_leave_all(struct socket *s);

/* Whether any socket is a member on that interface, and whether `s` is to receive from it. */
bool multicast_is_joined(const struct interface *i, uint32_t group);
bool multicast_accepts(const struct socket *s, const struct interface *i, uint32_t to);
