/*
 * Sockets that see packets: of one protocol of IPv4 (SOCK_RAW), of ICMP's echo alone (SOCK_DGRAM,
 * IPPROTO_ICMP); and what these, packet sockets and some others have beside other sockets.
 */
#pragma once

#include "lib/bpf.h"
#include "net/ip/ipv4.h"

#define IPPROTO_RAW 255

struct socket_more {
	struct bpf_insn *filter; /* NULL: all */
	uint32_t device;	 /* an interface's number; 0: any */
	uint32_t icmp_ignored;	 /* a bit for each type that is */
	uint16_t ether;		 /* of a packet socket: which protocol; big endian */
	bool cooked;		 /* and whether frames are without Ethernet's header */
	bool broadcast;		 /* SO_BROADCAST */
	bool whole;		 /* IP_HDRINCL */
};

/* What `s` has of it, made when first asked for; NULL without memory. */
struct socket_more *socket_more(struct socket *s);
void socket_more_free(struct socket *s);
/* Takes a checked filter over; NULL: none. -ENOENT: there was none to take away. -ENOMEM. */
int socket_set_filter(struct socket *s, struct bpf_insn *code);
/* How much of the bytes its filter lets `s` have; 0: they are dropped. */
size_t socket_filter(const struct socket *s, const void *at, size_t n);

/* Whether there is such a one for the caller. -EPERM, -EACCES, -EPROTONOSUPPORT. */
int raw_check(bool v6, uint64_t kind, uint64_t protocol);
/* `s` is new. -ENOMEM. */
int raw_open(struct socket *s, uint8_t protocol);
/* Groups (first and last) that may have ICMP's: net.ipv4.ping_group_range. */
extern uint64_t ping_groups[2];

/* Shows `p` to all that want it: whether there was one. */
bool raw_receive(struct interface *i, const struct ipv4_packet *p);
void ping_receive(const struct ipv4_packet *p, const struct icmp_header *h);
