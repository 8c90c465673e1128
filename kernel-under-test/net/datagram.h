/* Private to sockets of whole messages. */
#pragma once

#include "net/socket.h"

#define UNIX_MAX (BUFFER_DEFAULT - 32)

/* Whether `n` more bytes for `to` are to be waited for (unix), or dropped. */
static inline bool datagram_is_full(const struct socket *s, const struct socket *to, size_t n)
{
	return to->queued &&
	       to->queued + n > (s->family == AF_UNIX ? s->send_room : to->receive_room);
}

/*
 * Of two ends that know each other only when most of what was sent is gone, as Linux has it: who
 * takes that tells the other.
 */
static inline bool datagram_is_writable(const struct socket *s)
{
	const struct socket *to = s->peer;

	return s->family != AF_UNIX || !to ||
	       (uint64_t)to->queued * (to->peer == s ? 4 : 1) <= s->send_room;
}

/* Queues what `u` has, and what is in `e`, which may be NULL, at the peer. Bytes, or -errno. */
long datagram_put(struct socket *s, struct socket *to, struct uio *u, struct envelope *e);
/* The first message; it goes unless it is only peeked at. */
long datagram_take(struct socket *s, struct uio *u, unsigned int flags, struct envelope *e);
