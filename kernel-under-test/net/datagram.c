/* Datagrams: whole messages, each with its sender's address. */
#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/socket.h"

#define MESSAGE_MAX 65507
/* What may wait at one socket; more is dropped (UDP) or waited for (unix). */
#define QUEUE_MAX (208ul << 10)

struct message {
	struct list link;
	struct address from;
	size_t len;
	char data[];
};

static int datagram_listen(struct socket *s, int backlog)
{
	(void)s;
	(void)backlog;
	return -EOPNOTSUPP;
}

/*
 * A datagram socket's peer is only where its messages go; it has no reference to it back. On the
 * Internet there need be none yet: who has the address is seen when something is sent.
 */
static int datagram_connect(struct socket *s, struct socket *to, const struct address *a,
			    uint32_t file_flags)
{
	int err = socket_bind_any(s);

	(void)file_flags;
	if (err)
		return err;
	if (s->peer)
		socket_put(s->peer);
	s->peer = to && to != s ? socket_get(to) : NULL;
	s->remote = *a;
	s->state = SOCKET_CONNECTED;
	return 0;
}

/* Where a message without an address goes. */
static struct socket *destination(struct socket *s)
{
	if (s->peer && s->peer->state != SOCKET_CLOSED)
		return s->peer;
	return s->family == AF_INET ? socket_named(s, &s->remote) : NULL;
}

static long datagram_send(struct socket *s, struct socket *to, struct uio *u, unsigned int flags)
{
	size_t n = u->left;
	struct message *m;
	int err;

	if (!to && s->state != SOCKET_CONNECTED)
		return -EDESTADDRREQ;
	if (!to)
		to = destination(s);
	/* Nobody is there: on the Internet that is not known yet, so the message is lost. */
	if (!to || to->state == SOCKET_CLOSED)
		return s->family == AF_INET ? (long)n : -ECONNREFUSED;
	if (n > MESSAGE_MAX)
		return -EMSGSIZE;
	err = socket_bind_any(s);
	if (err)
		return err;
	while (to->queued + n > QUEUE_MAX && to->queued) {
		if (s->family == AF_INET)
			return (long)n;
		err = socket_sleep(&to->writers, flags);
		if (err)
			return err;
		if (to->state == SOCKET_CLOSED)
			return -ECONNREFUSED;
	}
	m = kmem_alloc(sizeof(*m) + n);
	if (!m)
		return -ENOMEM;
	m->from = s->local;
	m->len = n;
	err = n ? uio_get(u, m->data, n) : 0;
	if (err) {
		kmem_free(m);
		return err;
	}
	list_push_back(&to->messages, &m->link);
	to->queued += n;
	wait_wake_one(&to->readers);
	return (long)n;
}

static long datagram_receive(struct socket *s, struct uio *u, unsigned int flags,
			     struct address *from)
{
	struct message *m;
	size_t n;
	int err;

	while (list_empty(&s->messages)) {
		if (s->no_receive)
			return 0;
		err = socket_sleep(&s->readers, flags);
		if (err)
			return err;
	}
	m = list_first(&s->messages, struct message, link);
	n = MIN(m->len, u->left);
	err = n ? uio_put(u, m->data, n) : 0;
	if (err)
		return err;
	if (from)
		*from = m->from;
	if (flags & MSG_TRUNC)
		n = m->len;
	if (flags & MSG_PEEK)
		return (long)n;
	list_remove(&m->link);
	s->queued -= m->len;
	kmem_free(m);
	wait_wake_all(&s->writers);
	return (long)n;
}

static uint32_t datagram_poll(struct socket *s, struct poll_entry *e)
{
	poll_add(e, &s->readers);
	poll_add(e, &s->writers);
	return (list_empty(&s->messages) ? 0 : POLL_READABLE) |
	       (s->peer && s->peer->queued >= QUEUE_MAX ? 0 : POLL_WRITABLE);
}

static void datagram_close(struct socket *s)
{
	struct message *m, *next;

	s->state = SOCKET_CLOSED;
	list_for_each_safe (m, next, &s->messages, link) {
		list_remove(&m->link);
		kmem_free(m);
	}
	s->queued = 0;
	wait_wake_all(&s->writers);
	if (s->peer)
		socket_put(s->peer);
	s->peer = NULL;
}

const struct socket_ops datagram_ops = {
	.listen = datagram_listen,
	.connect = datagram_connect,
	.send = datagram_send,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};
