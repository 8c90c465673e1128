/* Packet sockets (AF_PACKET): they see all frames of an interface, and send their own. */
#pragma once

#include "net/interface.h"
#include "net/socket.h"

/* As sockaddr_ll tells it. */
enum tap_kind { TAP_HOST, TAP_BROADCAST, TAP_MULTICAST, TAP_OTHER, TAP_OUTGOING };

/* Whether there is such a one for the caller. -EPERM, -ESOCKTNOSUPPORT. */
int tap_check(uint64_t kind);
/* `s` is new, for frames of `ether` (big endian; 0: none). -ENOMEM. */
int tap_open(struct socket *s, uint16_t ether);

extern struct list tap_sockets;
void tap_show(const struct interface *i, const uint8_t *frame, size_t len, enum tap_kind kind);

/* Shows a frame, which is as long as an Ethernet header at least, to all that want it. */
static inline void tap_see(const struct interface *i, const uint8_t *frame, size_t len,
			   enum tap_kind kind)
{
	if (unlikely(!list_empty(&tap_sockets)))
		tap_show(i, frame, len, kind);
}

extern const struct socket_ops tap_ops;
