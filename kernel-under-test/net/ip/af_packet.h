/* Packet sockets (AF_PACKET): they receive all frames of an interface and send their own. */
#pragma once

#include "net/ip/interface.h"
#include "net/socket.h"

/* sll_pkttype of struct sockaddr_ll. */
enum af_packet_kind {
	AF_PACKET_HOST,
	AF_PACKET_BROADCAST,
	AF_PACKET_MULTICAST,
	AF_PACKET_OTHER,
	AF_PACKET_OUTGOING
};

/* Whether the caller may create one. Returns 0, -EPERM or -ESOCKTNOSUPPORT. */
int af_packet_check(uint64_t kind);
/*
 * Makes the new socket `s` one for frames of type `ether` (big endian; 0: none). Returns 0 or
 * -ENOMEM.
 */
int af_packet_open(struct socket *s, uint16_t ether);

extern struct list af_packet_sockets;
void af_packet_deliver(const struct interface *i, const uint8_t *frame, size_t len,
		       enum af_packet_kind kind);

/* Shows a frame, at least an Ethernet header long, to all packet sockets that match. */
static inline void af_packet_tap(const struct interface *i, const uint8_t *frame, size_t len,
				 enum af_packet_kind kind)
{
	if (unlikely(!list_empty(&af_packet_sockets)))
		af_packet_deliver(i, frame, len, kind);
}

extern const struct socket_ops af_packet_ops;
