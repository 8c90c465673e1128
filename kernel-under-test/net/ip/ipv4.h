/* IPv4 and ICMP packets. There is no fragmentation and no reassembly. */
#pragma once

#include "net/ip/interface.h"
#include "net/socket.h"

/* Addresses and header fields of an outgoing packet; big endian. */
struct ipv4_flow {
	uint32_t from, to; /* from 0: the route's source address */
	uint8_t protocol, ttl, tos;
	bool to_all;		   /* broadcasts are permitted (SO_BROADCAST) */
	bool no_source;		   /* send with a source address of 0 */
	bool loops;		   /* multicast: members on this machine receive it, too */
	struct interface *through; /* NULL: the route's interface */
};

/* The flow of packets from `s` to `to`; `e` may override header fields. */
struct ipv4_flow ipv4_flow(const struct socket *s, const struct address *to, uint8_t protocol,
			   const struct msg_header *e);
/*
 * Routes the flow and fills in its source address. Returns 0, -ENETUNREACH, or -EACCES for a
 * broadcast that is not permitted.
 */
int ipv4_route(struct ipv4_flow *f);

/* Allocates a packet for a payload of `n` bytes, to be filled in. */
static inline struct packet *ipv4_alloc(size_t n)
{
	return packet_alloc(ETHERNET_SIZE + IPV4_SIZE + n);
}

/* The same, with the data of `u` after `header` bytes. Returns 0, -ENOBUFS or -EFAULT. */
int ipv4_alloc_from(struct uio *u, size_t header, struct packet **out);

static inline uint8_t *ipv4_payload(struct packet *p)
{
	return p->frame + ETHERNET_SIZE + IPV4_SIZE;
}

/*
 * Sends `p`, taking it over in any case. Returns 0, -ENETUNREACH, -EACCES, -EMSGSIZE or -ENETDOWN.
 */
int ipv4_send(struct packet *p, const struct ipv4_flow *f);
/* net.ipv4.conf.lo: what packet sockets send over loopback may come from this machine. */
extern uint64_t ipv4_accept_local, ipv4_route_localnet;
/* Whether a packet from outside claims to be from this machine, which these do not allow. */
bool ipv4_is_martian(const uint8_t *at, size_t n);
/* Processes the packet of `n` bytes at `at`. */
void ipv4_receive(struct interface *i, const uint8_t *at, size_t n);

/* Sends ICMP_NO_PORT or ICMP_NO_PROTOCOL to the sender of `p`. */
void icmp_unreachable(const struct ipv4_packet *p, uint8_t code);
/* Reports to the local sender of a packet that its next hop does not answer. */
void icmp_host_unreachable(const uint8_t *at, size_t n);
void icmp_receive(struct interface *i, const struct ipv4_packet *p);
