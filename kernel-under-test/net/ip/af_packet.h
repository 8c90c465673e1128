/* Packet sockets (AF_PACKET): they see all frames of an interface, and send their own. */
#pragma once

#include "net/ip/interface.h"
#include "net/socket.h"

/* As sockaddr_ll tells it. */
enum af_packet_kind {
	AF_PACKET_HOST,
	AF_PACKET_BROADCAST,
	AF_PACKET_MULTICAST,
	AF_PACKET_OTHER,
	AF_PACKET_OUTGOING
};

/* Whether there is such a one for the caller. -EPERM, -ESOCKTNOSUPPORT. */
int af_packet_check(uint64_t kind);
/* `s` is new, for frames of `ether` (big endian; 0: none). -ENOMEM. */
int af_packet_open(struct socket *s, uint16_t ether);

extern struct list af_packet_sockets;
void af_packet_show(const struct interface *i, const uint8_t *frame, size_t len,
		    enum af_packet_kind kind);

/* Shows a frame, which is as long as an Ethernet header at least, to all that want it. */
static inline void af_packet_see(const struct interface *i, const uint8_t *frame, size_t len,
				 enum af_packet_kind kind)
{
	if (unlikely(!list_empty(&af_packet_sockets)))
		af_packet_show(i, frame, len, kind);
}

extern const struct socket_ops af_packet_ops;
