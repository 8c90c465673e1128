/* SOCK_SEQPACKET of unix: connected, with message boundaries. */
#include "lib/errno.h"
#include "net/control.h"
#include "net/datagram.h"

/* The destination is ignored. */
static long packet_send_message(struct socket *s, struct socket *, struct uio *u,
				unsigned int flags, struct msg_header *e)
{
	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return -ENOTCONN;
	if (u->left > UNIX_MAX)
		return -EMSGSIZE;
	for (;;) {
		int err;

		if (s->write_shut || !s->peer || s->peer->read_shut)
			return -EPIPE;
		if (!datagram_is_full(s, s->peer, u->left))
			return datagram_enqueue(s, s->peer, u, e);
		err = socket_sleep(&s->writers, flags, s->send_timeout_ns);
		if (err)
			return err;
	}
}

static long packet_receive(struct socket *s, struct uio *u, unsigned int flags,
			   struct msg_header *e)
{
	long n;

	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return -ENOTCONN;
	if (unlikely(s->error))
		return -socket_take_error(s);
	while (list_empty(&s->messages)) {
		int err;

		if (s->read_shut || !s->peer || s->peer->write_shut)
			return stream_eof(s);
		err = socket_sleep(&s->readers, flags, s->receive_timeout_ns);
		if (err)
			return err;
	}
	n = datagram_dequeue(s, u, flags, e);
	if (s->peer)
		wait_wake_all(&s->peer->writers);
	return n;
}

static uint32_t packet_poll(struct socket *s, struct poll_entry *e)
{
	uint32_t mask = stream_poll(s, e);

	if (!datagram_is_writable(s))
		mask &= ~POLL_WRITABLE;
	return mask | (list_empty(&s->messages) ? 0 : POLL_READABLE);
}

const struct socket_ops packet_ops = {
	.listen = stream_listen,
	.connect = stream_connect,
	.send = socket_send_bytes,
	.send_message = packet_send_message,
	.receive = packet_receive,
	.poll = packet_poll,
	.close = stream_close,
};
