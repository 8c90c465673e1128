/* UDP sockets connected to another machine: they send in packets. */
#include "lib/errno.h"
#include "net/control.h"
#include "net/ip/udp.h"

static long away_send_message(struct socket *s, struct socket *to, struct uio *u,
			      unsigned int flags, struct msg_header *e)
{
	if (to && address_is_local(&s->local))
		return datagram_send_message(s, to, u, flags, e);
	if (s->write_shut)
		return -EPIPE;
	return s->error ? -socket_take_error(s) : udp_send(s, to ? &e->from : &s->remote, u, e);
}

const struct socket_ops udp_remote_ops = {
	.listen = datagram_listen,
	.connect = datagram_connect,
	.send = socket_send_bytes,
	.send_message = away_send_message,
	.send_to = datagram_send_to,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};
