/* Private to sockets with message boundaries. */
#pragma once

#include "net/socket.h"

#define UNIX_MAX (BUFFER_DEFAULT - 32)

/* Whether the receiver's queue has no room for `n` bytes: unix senders wait, UDP drops. */
static inline bool datagram_is_full(const struct socket *s, const struct socket *to, size_t n)
{
	return to->queued &&
	       to->queued + n > (s->family == AF_UNIX ? s->send_buffer : to->receive_buffer);
}

/*
 * Between connected peers, writable only once most of the queue has drained, as on Linux; the
 * receiver wakes the sender.
 */
static inline bool datagram_is_writable(const struct socket *s)
{
	const struct socket *to = s->peer;

	return s->family != AF_UNIX || !to ||
	       (uint64_t)to->queued * (to->peer == s ? 4 : 1) <= s->send_buffer;
}

/* Queues the data in `u`, with `e` if not NULL, at `to`. Returns bytes or a negative errno. */
long datagram_enqueue(struct socket *s, struct socket *to, struct uio *u, struct msg_header *e);
/* Dequeues the first message, or copies it for MSG_PEEK. */
long datagram_dequeue(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e);
