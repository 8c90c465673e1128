/* Datagram sockets: unix, and UDP within this machine. */
#include "net/datagram.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/raw.h"
#include "net/ip/udp.h"

int datagram_listen(struct socket *, int)
{
	return -EOPNOTSUPP;
}

/* A connected unix socket only accepts datagrams from its peer. */
static bool accepts_from(const struct socket *s, const struct socket *to)
{
	return s->family != AF_UNIX || !to->peer || to->peer == s;
}

static void set_peer(struct socket *s, struct socket *to)
{
	struct socket *old = s->peer;

	s->peer = to && to != s ? socket_get(to) : NULL;
	s->peer_generation = socket_name_generation;
	if (old)
		socket_put(old);
}

/*
 * The peer of a datagram socket is just its default destination and holds no reference back. For
 * UDP there need not be one yet: it is looked up when sending.
 */
int datagram_connect(struct socket *s, struct socket *to, const struct address *a, uint32_t)
{
	bool dissolve = a->family == AF_UNSPEC;

	if (!dissolve && to && !accepts_from(s, to))
		return -EPERM;
	s->remote = *a;
	if (socket_is_internet(s)) {
		if (dissolve)
			socket_reset_local(s);
		else
			address_select_source(&s->local, a);
		if (s->ops == &datagram_ops || s->ops == &udp_remote_ops)
			s->ops = (dissolve || address_is_local(a)) && address_is_local(&s->local)
					 ? &datagram_ops
					 : &udp_remote_ops;
	}
	s->state = dissolve ? SOCKET_NEW : SOCKET_CONNECTED;
	socket_name_generation++;
	set_peer(s, to);
	return 0;
}

/* The default destination, or NULL. */
static struct socket *destination(struct socket *s)
{
	struct socket *found;

	if (s->family == AF_UNIX)
		return s->peer && s->peer->state != SOCKET_CLOSED ? s->peer : NULL;
	if (likely(s->peer && s->peer_generation == socket_name_generation))
		return s->peer;
	found = socket_lookup(s, &s->remote);
	set_peer(s, found);
	return found;
}

static noinline void tap_loopback(const struct message *m, const struct address *at)
{
	udp_tap(&m->from, at, m->data, m->len);
}

/*
 * Attaches the ancillary data of `e`, or creates some if the receiver asked for it. `at`: the
 * destination address.
 */
static int add_control(struct message *m, const struct socket *s, const struct socket *to,
		       struct msg_header *e, const struct address *at)
{
	struct control *c = e ? e->control : NULL;
	int err;

	if (unlikely(to->cmsg_flags & CMSG_TAP) && socket_is_internet(to))
		tap_loopback(m, at);
	if (!c && !((to->cmsg_flags | (s->cmsg_flags & CMSG_CREDS)) & ~CMSG_TAP))
		return 0;
	if (!c)
		c = control_alloc(0);
	if (!c)
		return -ENOMEM;
	if (((to->cmsg_flags | s->cmsg_flags) & CMSG_CREDS) && !c->has_creds) {
		socket_current_ucred(&c->creds);
		c->has_creds = true;
	}
	if (to->cmsg_flags & ~(CMSG_CREDS | CMSG_TAP))
		control_fill_packet_info(c, s, at);
	err = control_set_inflight(c);
	if (err) {
		if (!e || e->control != c)
			control_free(c, false);
		return err;
	}
	if (e)
		e->control = NULL;
	m->control = c;
	return 0;
}

static void message_free(struct message *m)
{
	if (unlikely(m->control))
		control_free(m->control, true);
	kmem_free(m);
}

static inline long put_message(struct socket *s, struct socket *to, struct uio *u,
			       struct msg_header *e, const struct address *at)
{
	size_t n = u->left;
	struct message *m = kmem_alloc(sizeof(*m) + n);
	int err;

	if (!m)
		return -ENOBUFS;
	m->from = s->local;
	/* A connected socket has its source address already. */
	if (s->state != SOCKET_CONNECTED && socket_is_internet(s))
		address_select_source(&m->from, at);
	address_convert(&m->from, to->family);
	m->len = n;
	m->control = NULL;
	err = n ? uio_copy_from(u, m->data, n) : 0;
	if (!err && unlikely(e || to->cmsg_flags || s->cmsg_flags))
		err = add_control(m, s, to, e, at);
	if (err) {
		kmem_free(m);
		return err;
	}
	list_push_back(&to->messages, &m->link);
	to->queued += n + sizeof(*m);
	wait_wake_one(&to->readers);
	return (long)n;
}

long datagram_enqueue(struct socket *s, struct socket *to, struct uio *u, struct msg_header *e)
{
	return put_message(s, to, u, e, &s->remote);
}

/* Over UDP the sender is not told; if connected, a later call gets the error. */
static long no_receiver(struct socket *s, size_t n)
{
	if (s->family == AF_UNIX)
		return -ECONNREFUSED;
	if (s->state == SOCKET_CONNECTED) {
		s->error = ECONNREFUSED;
		wait_wake_all(&s->readers);
	}
	return (long)n;
}

static inline long send_to(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			   struct msg_header *e)
{
	const struct address *at = to ? &e->from : &s->remote;
	size_t n = u->left;
	int err;

	if (!to && s->state != SOCKET_CONNECTED)
		return s->family == AF_UNIX ? -ENOTCONN : -EDESTADDRREQ;
	if (unlikely(s->write_shut))
		return -EPIPE;
	if (!to)
		to = destination(s);
	if (n > (s->family == AF_UNIX ? UNIX_MAX : UDP_MAX))
		return -EMSGSIZE;
	if (unlikely(s->error))
		return -socket_take_error(s);
	if (!to || to->state == SOCKET_CLOSED)
		return no_receiver(s, n);
	if (!accepts_from(s, to))
		return -EPERM;
	while (unlikely(datagram_is_full(s, to, n))) {
		if (s->family != AF_UNIX)
			return (long)n;
		err = socket_sleep(&to->writers, flags, s->send_timeout_ns);
		if (err)
			return err;
		if (to->state == SOCKET_CLOSED)
			return -ECONNREFUSED;
	}
	if (unlikely(to->read_shut))
		return s->family == AF_UNIX ? -EPIPE : (long)n;
	return put_message(s, to, u, e, at);
}

static long datagram_send(struct socket *s, struct uio *u, unsigned int flags)
{
	return send_to(s, NULL, u, flags, NULL);
}

long datagram_send_message(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			   struct msg_header *e)
{
	return send_to(s, to, u, flags, e);
}

long datagram_send_to(struct socket *s, struct uio *u, unsigned int, struct msg_header *e)
{
	if (unlikely(s->write_shut))
		return -EPIPE;
	/*
	 * No local receiver. For IPv4 a packet over loopback finds that out, so that ICMP comes
	 * back.
	 */
	if (!e->from.family || !address_v4(&e->from) || s->protocol)
		return s->state == SOCKET_CONNECTED && address_same_host(&s->remote, &e->from) &&
				       s->remote.in_port == e->from.in_port
			       ? no_receiver(s, u->left)
			       : (long)u->left;
	return udp_send(s, &e->from, u, e);
}

long datagram_dequeue(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e)
{
	struct message *m = list_first(&s->messages, struct message, link);
	size_t n = MIN(m->len, u->left);
	int err = n ? uio_copy_to(u, m->data, n) : 0;

	if (err)
		return err;
	s->received |= !(s->cmsg_flags & (CMSG_TIMESTAMP | CMSG_TIMESTAMPNS));
	if (unlikely(m->control && (s->cmsg_flags & (CMSG_STAMP | CMSG_TIMESTAMP |
						     CMSG_TIMESTAMPNS)) == CMSG_STAMP))
		s->ext->stamp_ns = m->control->time_ns;
	if (e) {
		e->from = m->from;
		if (n < m->len)
			e->flags |= MSG_TRUNC;
		if (unlikely(m->control)) {
			e->control = m->control;
			if (flags & MSG_PEEK) {
				e->control = control_clone(m->control);
			} else {
				control_clear_inflight(m->control);
				m->control = NULL;
			}
		}
	}
	if (flags & MSG_TRUNC)
		n = m->len;
	if (flags & MSG_PEEK)
		return (long)n;
	list_remove(&m->link);
	s->queued -= m->len + sizeof(*m);
	message_free(m);
	return (long)n;
}

long datagram_receive(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e)
{
	long n;
	int err;

	while (list_empty(&s->messages) || s->error) {
		if (s->error)
			return -socket_take_error(s);
		if (s->read_shut && !(flags & MSG_DONTWAIT))
			return 0;
		err = socket_sleep(&s->readers, flags, s->receive_timeout_ns);
		if (err)
			return err;
	}
	n = datagram_dequeue(s, u, flags, e);
	if (s->family == AF_UNIX) {
		wait_wake_all(&s->writers);
		if (s->peer)
			wait_wake_all(&s->peer->writers);
	}
	return n;
}

uint32_t datagram_poll(struct socket *s, struct poll_entry *e)
{
	poll_add(e, &s->readers);
	poll_add(e, &s->writers);
	return (list_empty(&s->messages) && !s->read_shut ? 0 : POLL_READABLE) |
	       (s->read_shut ? POLL_RDHUP : 0) | (s->read_shut && s->write_shut ? POLL_HUP : 0) |
	       (s->error ? POLL_ERR : 0) | (datagram_is_writable(s) ? POLL_WRITABLE : 0);
}

void datagram_purge(struct socket *s)
{
	struct message *m, *next;
	struct control *c, *after;

	list_for_each_safe (m, next, &s->messages, link) {
		list_remove(&m->link);
		message_free(m);
	}
	list_for_each_safe (c, after, &s->controls, link) {
		list_remove(&c->link);
		control_free(c, true);
	}
	s->queued = 0;
}

void datagram_close(struct socket *s)
{
	s->state = SOCKET_CLOSED;
	datagram_purge(s);
	wait_wake_all(&s->writers);
	if (s->peer)
		socket_put(s->peer);
	s->peer = NULL;
	socket_ext_free(s);
}

const struct socket_ops datagram_ops = {
	.listen = datagram_listen,
	.connect = datagram_connect,
	.send = datagram_send,
	.send_message = datagram_send_message,
	.send_to = datagram_send_to,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};
