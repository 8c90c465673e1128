/* Stream sockets: TCP within this machine, and unix. */
#include "lib/errno.h"
#include "net/control.h"

#define BACKLOG_MAX 4096

int stream_listen(struct socket *s, int backlog)
{
	if (s->state == SOCKET_CONNECTED || s->state == SOCKET_CLOSED)
		return -EINVAL;
	if (!s->local.len) {
		int err = socket_is_internet(s) ? socket_bind_any(s) : -EINVAL;

		if (err)
			return err;
	}
	if (s->state != SOCKET_LISTENING && socket_name_taken(s))
		return -EADDRINUSE;
	s->state = SOCKET_LISTENING;
	socket_current_ucred(&s->creds);
	s->backlog_max = MIN(MAX(backlog, 1), BACKLOG_MAX);
	return 0;
}

/* A connection inherits the options of its listener. */
static void inherit(struct socket *s, const struct socket *listener)
{
	s->options = option_values_get(listener->options);
	s->reset_on_close = listener->reset_on_close;
	s->send_buffer = listener->send_buffer;
	s->receive_buffer = listener->receive_buffer;
	s->receive_timeout_ns = listener->receive_timeout_ns;
	s->send_timeout_ns = listener->send_timeout_ns;
	s->reuse_address = listener->reuse_address;
	s->reuse_port = listener->reuse_port;
	s->urgent_inline = listener->urgent_inline;
}

/* Streams to other machines are not supported. */
static noinline int connect_error(const struct address *a)
{
	return address_is_local(a) ? -ECONNREFUSED : -ENETUNREACH;
}

/* Two ends that open at once may be one. It has both references. */
static int connect_to_itself(struct socket *s)
{
	s->peer = socket_get(socket_get(s));
	s->remote = s->local;
	s->state = SOCKET_CONNECTED;
	return 0;
}

int stream_connect(struct socket *s, struct socket *to, const struct address *a,
		   uint32_t file_flags)
{
	struct socket *other;
	int err;

	if (!to)
		return connect_error(a);

	if (s->state != SOCKET_NEW)
		return s->state == SOCKET_CONNECTED ? -EISCONN : -EINVAL;
	while (to->state == SOCKET_LISTENING && to->backlog_count >= to->backlog_max) {
		err = socket_sleep(&to->writers, file_flags & O_NONBLOCK ? MSG_DONTWAIT : 0,
				   s->send_timeout_ns);
		if (err)
			return err;
	}
	if (to->state != SOCKET_LISTENING)
		return to == s && s->family != AF_UNIX ? connect_to_itself(s) : -ECONNREFUSED;
	err = socket_bind_any(s);
	if (err)
		return err;
	other = socket_alloc(to->family, s->type);
	if (!other)
		return -ENOMEM;
	/*
	 * TCP: both ends use the address connected to, which need not be the listener's only one.
	 */
	if (s->family == AF_UNIX) {
		other->local = to->local;
	} else {
		if (unlikely(to->options))
			inherit(other, to);
		other->local = *a;
		address_convert(&other->local, to->family);
		address_select_source(&s->local, a);
	}
	other->cmsg_flags = to->cmsg_flags;
	socket_connect_pair(s, other);
	if (s->family == AF_UNIX) {
		socket_current_ucred(&other->peer_creds);
		s->peer_creds = to->creds;
	}
	/* The backlog holds our reference until accept(). */
	list_push_back(&to->backlog, &other->by_name);
	to->backlog_count++;
	wait_wake_one(&to->readers);
	return 0;
}

/*
 * Sending when the peer is gone. TCP does not notice a peer that has only shut down reading; a
 * closed one answers with RST, reported by the next call.
 */
long stream_send_failed(struct socket *s, struct uio *u)
{
	if (s->family == AF_UNIX || s->write_shut)
		return -EPIPE;
	if (s->reset)
		return s->error ? -socket_take_error(s) : -EPIPE;
	s->reset = true;
	s->error = EPIPE;
	wait_wake_all(&s->readers);
	wait_wake_all(&s->writers);
	return (long)u->left;
}

long stream_eof(struct socket *s)
{
	return s->error && s->error != EPIPE ? -socket_take_error(s) : 0;
}

static long stream_send(struct socket *s, struct uio *u, unsigned int flags)
{
	long done = 0;

	GATE_SCOPE(s->gate);
	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING) {
		if (s->error)
			return -socket_take_error(s);
		return s->family == AF_UNIX ? -ENOTCONN : -EPIPE;
	}
	while (u->left) {
		struct socket *peer = s->peer;
		long n;

		if (unlikely(!stream_can_send(s, peer)))
			return done ? done : stream_send_failed(s, u);
		if (!ring_room(&peer->in)) {
			int err = socket_sleep(&s->writers, flags, s->send_timeout_ns);

			if (err)
				return done ? done : err;
			continue;
		}
		n = ring_put(&peer->in, u, MIN(u->left, ring_room(&peer->in)));
		if (n < 0)
			return done ? done : n;
		done += n;
		wait_wake_one(&peer->readers);
	}
	return done;
}

long stream_not_connected(struct socket *s)
{
	/* Reports why a non-blocking connection failed. */
	if (s->error || s->connecting)
		return -socket_take_error(s);
	return s->family == AF_UNIX ? -EINVAL : -ENOTCONN;
}

bool stream_wait_data(struct socket *s, unsigned int flags, long *done)
{
	int err;

	if (*done && !(flags & MSG_WAITALL))
		return false;
	if (s->read_shut || !s->peer || s->peer->write_shut) {
		/* With bytes to return, a pending error is left for the next call. */
		if (!*done)
			*done = stream_eof(s);
		return false;
	}
	err = socket_sleep(&s->readers, flags, s->receive_timeout_ns);
	if (err && !*done)
		*done = err;
	return !err;
}

static long stream_receive(struct socket *s, struct uio *u, unsigned int flags,
			   struct msg_header *e)
{
	long done = 0;

	GATE_SCOPE(s->gate);
	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return stream_not_connected(s);
	if (e)
		e->from.len = 0;
	/* recv() with a size of 0 waits for data too. */
	do {
		long n;

		if (!ring_used(&s->in)) {
			if (!stream_wait_data(s, flags, &done))
				return done;
			/* What arrived meanwhile may carry ancillary data. */
			if (unlikely(s->ops != &stream_ops)) {
				n = s->ops->receive(s, u, flags, e);
				return n < 0 && done ? done : done + n;
			}
			continue;
		}
		n = stream_take(s, u, MIN(u->left, ring_used(&s->in)), flags);
		if (n < 0)
			return done ? done : n;
		done += n;
		if (e)
			stream_fill_source(s, e);
		if (s->peer)
			wait_wake_one(&s->peer->writers);
		if (flags & MSG_PEEK)
			break;
	} while (u->left);
	if (ring_used(&s->in))
		wait_wake_one(&s->readers);
	return done;
}

/* The poll mask of a half-closed or closed stream. */
static uint32_t poll_half_closed(const struct socket *s, const struct socket *peer)
{
	bool in = !s->read_shut && peer && !peer->write_shut;
	bool out =
		!s->write_shut && !s->reset && (s->family != AF_UNIX || (peer && !peer->read_shut));
	bool room = !out || !peer || ring_used_unlocked(&peer->in) < RING_SIZE;

	return (in ? 0 : POLL_READABLE | POLL_RDHUP) | (in || out ? 0 : POLL_HUP) |
	       (room ? POLL_WRITABLE : 0) | (s->error ? POLL_ERR : 0);
}

/* Without a lock, it may be out of date, and is told of again when it changes. */
static always_inline uint32_t state_of(const struct socket *s)
{
	const struct socket *peer = READ_ONCE(s->peer);
	uint32_t mask = 0;

	if (s->state == SOCKET_LISTENING)
		return list_empty(&s->backlog) ? 0 : POLL_READABLE;
	if (s->state == SOCKET_NEW)
		return POLL_OUT | POLL_HUP | (s->error ? POLL_ERR | POLL_READABLE | POLL_RDHUP : 0);
	if (ring_used_unlocked(&s->in))
		mask |= POLL_READABLE;
	if (unlikely(s->shut || !peer || peer->shut))
		return mask | poll_half_closed(s, peer);
	return mask | (ring_used_unlocked(&peer->in) < RING_SIZE ? POLL_WRITABLE : 0);
}

/* Inside the gate, or having passed it. */
static uint32_t subscribe(struct socket *s, struct poll_entry *e)
{
	poll_set_gate(e, s->gate);
	poll_add(e, &s->readers);
	poll_add(e, &s->writers);
	return state_of(s);
}

uint32_t stream_poll(struct socket *s, struct poll_entry *e)
{
	if (!e)
		return state_of(s);
	GATE_SCOPE(s->gate);
	return subscribe(s, e);
}

/* Listeners, and sockets that may become one, are woken under the kernel lock only. */
static noinline uint32_t subscribe_unlocked(struct socket *s, struct poll_entry *e)
{
	uint32_t mask = POLL_NEEDS_LOCK;

	if (!gate_pass(s->gate))
		return mask;
	if (s->state == SOCKET_CONNECTED)
		mask = subscribe(s, e);
	gate_return(s->gate);
	return mask;
}

uint32_t stream_poll_unlocked(struct file *f, struct poll_entry *e)
{
	struct socket *s = f->data;

	/* Marked streams have urgent data. */
	if (unlikely(READ_ONCE(s->ops) != &stream_ops))
		return POLL_NEEDS_LOCK;
	return unlikely(e) ? subscribe_unlocked(s, e) : state_of(s);
}

static void drop_backlog(struct socket *s)
{
	struct socket *c, *next;

	list_for_each_safe (c, next, &s->backlog, by_name) {
		list_remove(&c->by_name);
		c->reset_on_close = true;
		c->ops->close(c);
		socket_put(c);
	}
	s->backlog_count = 0;
	/* Wake connect() calls that wait for room: nobody is listening any more. */
	wait_wake_all(&s->writers);
}

int socket_tcp_state(const struct socket *s)
{
	if (s->state == SOCKET_LISTENING)
		return TCP_LISTEN;
	if (s->state == SOCKET_NEW || s->reset)
		return TCP_CLOSE;
	if (!s->peer || s->peer->write_shut)
		return s->write_shut ? TCP_CLOSE : TCP_CLOSE_WAIT;
	return s->write_shut ? TCP_FIN_WAIT2 : TCP_ESTABLISHED;
}

void stream_unlisten(struct socket *s)
{
	s->state = SOCKET_NEW;
	drop_backlog(s);
	wait_wake_all(&s->readers);
}

void stream_close(struct socket *s)
{
	struct socket *peer = s->peer;
	bool resets;

	gate_enter(s->gate);
	resets = s->reset_on_close || ring_used(&s->in) || !list_empty(&s->messages);
	s->state = SOCKET_CLOSED;
	ring_free(&s->in);
	drop_backlog(s);
	datagram_purge(s);
	if (!peer) {
		gate_leave(s->gate);
		return;
	}
	s->peer = NULL;
	peer->peer = NULL;
	peer->state = SOCKET_CLOSED;
	if (resets) {
		peer->reset = true;
		peer->error = ECONNRESET;
	}
	wait_wake_all(&peer->readers);
	wait_wake_all(&peer->writers);
	gate_leave(s->gate);
	socket_put(s);
	socket_put(peer);
}

const struct socket_ops stream_ops = {
	.listen = stream_listen,
	.connect = stream_connect,
	.send = stream_send,
	.send_message = control_stream_send,
	.receive = stream_receive,
	.poll = stream_poll,
	.close = stream_close,
};
