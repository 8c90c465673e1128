/*
 * Raw sockets (SOCK_RAW, by IPv4 protocol), ping sockets (SOCK_DGRAM with IPPROTO_ICMP), and the
 * settings that they, packet sockets and some others have.
 */
#pragma once

#include "lib/bpf.h"
#include "net/ip/ipv4.h"

#define IPPROTO_RAW 255

struct socket_ext {
	struct bpf_insn *filter; /* NULL: accepts all */
	uint32_t device;	 /* SO_BINDTODEVICE: an interface's index; 0: any */
	uint32_t icmp_ignored;	 /* ICMP_FILTER: a bit for each type */
	uint16_t ether;		 /* packet sockets: ethertype, big endian */
	bool cooked;		 /* packet sockets: frames lack the Ethernet header */
	bool broadcast;		 /* SO_BROADCAST */
	bool hdrincl;		 /* IP_HDRINCL */
	/* Multicast: IP_MULTICAST_TTL and the like; group_index 0: as the route has it. */
	uint32_t group_index, group_from;
	uint8_t group_ttl;
	bool no_loop, members_only;
	uint64_t stamp_ns; /* when what was received last came (SIOCGSTAMP); 0: unknown */
};

/* The settings of `s`, allocated on first use; NULL if out of memory. */
struct socket_ext *socket_ext(struct socket *s);
void socket_ext_free(struct socket *s);
/*
 * Installs a checked filter, taking it over; NULL removes it. Returns 0, -ENOENT if there was none
 * to remove, or -ENOMEM.
 */
int socket_set_filter(struct socket *s, struct bpf_insn *code);
/* How many of the bytes the filter of `s` accepts; 0: drop the packet. */
size_t socket_filter(const struct socket *s, const void *at, size_t n);

/* Whether the caller may create such a socket. Returns 0, -EPERM, -EACCES or -EPROTONOSUPPORT. */
int raw_check(bool v6, uint64_t kind, uint64_t protocol);
/* Turns the new socket `s` into one. Returns 0 or -ENOMEM. */
int raw_open(struct socket *s, uint8_t protocol);
/* The range of groups that may create ping sockets: net.ipv4.ping_group_range. */
extern uint64_t ping_groups[2];

/* Delivers `p` to all matching raw sockets. Returns whether there was one. */
bool raw_receive(struct interface *i, const struct ipv4_packet *p);
void ping_receive(const struct ipv4_packet *p, const struct icmp_header *h);
