/* Packets of IPv4 and ICMP. None is cut into parts, and none is put together of parts. */
#pragma once

#include "net/ip/interface.h"
#include "net/socket.h"

/* Where a packet is to go, and what its header has; big endian. */
struct ipv4_flow {
	uint32_t from, to; /* from 0: as the route has it */
	uint8_t protocol, ttl, tos;
	bool to_all;		   /* it may be for everyone on a link */
	bool no_source;		   /* from is 0 in the packet, too */
	struct interface *through; /* NULL: as the route has it */
};

/* What packets of `s` to `to` are like; `e` may have more to say. */
struct ipv4_flow ipv4_flow(const struct socket *s, const struct address *to, uint8_t protocol,
			   const struct envelope *e);
/* Sets where it comes from. -ENETUNREACH; -EACCES: it is for everyone. */
int ipv4_settle(struct ipv4_flow *f);

/* A packet for a payload of `n` bytes, which is to be filled in. */
static inline struct packet *ipv4_make(size_t n)
{
	return packet_make(ETHERNET_SIZE + IPV4_SIZE + n);
}

/* The same with what `u` has behind a header of `header` bytes. -ENOBUFS, -EFAULT. */
int ipv4_make_from(struct uio *u, size_t header, struct packet **out);

static inline uint8_t *ipv4_payload(struct packet *p)
{
	return p->frame + ETHERNET_SIZE + IPV4_SIZE;
}

/* Takes `p` over in any case. -ENETUNREACH, -EACCES, -EMSGSIZE, -ENETDOWN, or 0. */
int ipv4_send(struct packet *p, const struct ipv4_flow *f);
/* What may not be more than the header of an Ethernet frame away from its start. */
void ipv4_receive(struct interface *i, const uint8_t *at, size_t n);

/* Tells who sent `p` that it was for nobody: ICMP_NO_PORT, or ICMP_NO_PROTOCOL. */
void icmp_unreachable(const struct ipv4_packet *p, uint8_t code);
/* The same of one of our own (as in ipv4_receive()), whose next hop does not answer. */
void icmp_no_host(const uint8_t *at, size_t n);
void icmp_receive(struct interface *i, const struct ipv4_packet *p);
