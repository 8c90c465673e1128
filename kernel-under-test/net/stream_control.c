/* Stream sockets with ancillary data (descriptors, credentials) or urgent data. */
#include "lib/errno.h"
#include "net/control.h"

void stream_enable_control(struct socket *s)
{
	if (s->ops == &stream_ops)
		s->ops = &control_stream_ops;
}

/* Attaches ancillary data of `e`, or the caller's credentials, to the bytes sent next. */
static int attach_control(const struct socket *s, struct socket *peer, struct msg_header *e,
			  struct control **out)
{
	struct control *c = e ? e->control : NULL;
	bool told = (s->cmsg_flags | peer->cmsg_flags) & CMSG_CREDS && s->family == AF_UNIX;
	int err = 0;

	*out = NULL;
	if (!c && !told)
		return 0;
	if (!c)
		c = control_alloc(0);
	if (!c)
		return -ENOMEM;
	if (told && !c->has_creds) {
		socket_current_ucred(&c->creds);
		c->has_creds = true;
	}
	err = control_set_inflight(c);
	if (err) {
		if (!e || c != e->control)
			control_free(c, false);
		return err;
	}
	if (e)
		e->control = NULL;
	c->at = c->end = peer->in.written;
	list_push_back(&peer->controls, &c->link);
	stream_enable_control(peer);
	*out = c;
	return 0;
}

/* Room at the peer: SO_SNDBUF may limit it to less than a ring. */
static size_t send_space(const struct socket *s)
{
	size_t most = s->family == AF_UNIX ? MIN(s->send_buffer, RING_SIZE) : RING_SIZE;
	size_t used = ring_used(&s->peer->in);

	return used < most ? most - used : 0;
}

long control_stream_send(struct socket *s, struct socket *, struct uio *u, unsigned int flags,
			 struct msg_header *e)
{
	long done = 0;

	GATE_SCOPE(s->gate);
	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return s->family == AF_UNIX ? -ENOTCONN : -EPIPE;
	while (u->left) {
		struct socket *peer = s->peer;
		struct control *c;
		long n;

		if (!stream_can_send(s, peer))
			return done ? done : stream_send_failed(s, u);
		if (!send_space(s)) {
			int err = socket_sleep(&s->writers, flags, s->send_timeout_ns);

			if (err)
				return done ? done : err;
			continue;
		}
		n = attach_control(s, peer, e, &c);
		if (!n)
			n = ring_put(&peer->in, u, MIN(u->left, send_space(s)));
		if (n < 0) {
			if (c) {
				list_remove(&c->link);
				control_free(c, true);
			}
			return done ? done : n;
		}
		if (c)
			c->end = peer->in.written;
		done += n;
		wait_wake_one(&peer->readers);
	}
	return done;
}

/* Credentials of process 0 if nobody asked for them when sending. */
static struct ucred creds_of(const struct control *c)
{
	return c && c->has_creds ? c->creds : (struct ucred){0, 0, 0};
}

/* Passes the ancillary data of bytes just read to the reader. */
static void pass_control(struct control *c, bool peek, struct msg_header *e)
{
	struct control *rest;

	if (!e || e->control)
		return;
	if (peek) {
		e->control = control_clone(c);
		return;
	}
	/* An empty one remains for the bytes not read yet. */
	rest = control_alloc(0);
	if (!rest)
		return;
	rest->at = c->at;
	rest->end = c->end;
	rest->creds = c->creds;
	rest->has_creds = c->has_creds;
	list_insert_between(&rest->link, c->link.prev, &c->link);
	list_remove(&c->link);
	control_clear_inflight(c);
	e->control = c;
}

void stream_mark_urgent(struct socket *s)
{
	struct socket *peer = s->peer;

	if (!peer)
		return;
	gate_enter(s->gate);
	/* Earlier urgent data that was not read becomes normal data. */
	peer->urgent_at = peer->in.written - 1;
	peer->urgent = peer->in.read <= peer->urgent_at;
	peer->urgent_taken = false;
	stream_enable_control(peer);
	wait_wake_all(&peer->readers);
	gate_leave(s->gate);
	if (peer->file)
		socket_urgent(peer->file);
}

bool stream_at_mark(struct socket *s)
{
	return s->urgent && s->urgent_at == s->in.read;
}

long stream_receive_urgent(struct socket *s, struct uio *u, unsigned int flags)
{
	uint64_t read = s->in.read;
	long n = -EAGAIN;

	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return -ENOTCONN;
	if (s->urgent_inline || !s->urgent || s->urgent_taken)
		return -EINVAL;
	GATE_SCOPE(s->gate);
	s->in.read = s->urgent_at;
	n = ring_get(&s->in, u, MIN(u->left, 1ul), true);
	s->in.read = read;
	if (n >= 0)
		s->urgent_taken = !(flags & MSG_PEEK);
	return n;
}

/*
 * A read ends at the urgent mark; the next one starts there, with the urgent byte only if inline.
 * Returns how many bytes may be read; 0: only the byte was skipped.
 */
static uint64_t up_to_mark(struct socket *s, uint64_t n)
{
	if (s->in.read < s->urgent_at)
		return MIN(n, s->urgent_at - s->in.read);
	if (s->in.read == s->urgent_at && !s->urgent_inline) {
		s->in.read++;
		n--;
	}
	return n;
}

void stream_fill_source(const struct socket *s, struct msg_header *e)
{
	if (s->family == AF_UNIX)
		e->from = s->peer ? s->peer->local : s->remote;
}

static long control_stream_receive(struct socket *s, struct uio *u, unsigned int flags,
				   struct msg_header *e)
{
	bool peek = flags & MSG_PEEK;
	struct ucred told = {0, 0, 0}, sender;
	long done = 0;

	GATE_SCOPE(s->gate);
	if (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING)
		return stream_not_connected(s);
	if (e)
		e->from.len = 0;
	do {
		struct control *c = NULL;
		uint64_t from = s->in.read, n = ring_used(&s->in);
		uint32_t files = 0;
		long got;

		if (!n) {
			if (!stream_wait_data(s, flags, &done))
				return done;
			continue;
		}
		if (!list_empty(&s->controls)) {
			c = list_first(&s->controls, struct control, link);
			n = MIN(n, (c->at > from ? c->at : c->end) - from);
			c = c->at > from ? NULL : c;
		}
		/*
		 * Data of different senders is not read in one go if the reader wants credentials.
		 */
		sender = creds_of(c);
		if (done &&
		    ((c && c->count && e && e->control) ||
		     ((s->cmsg_flags & CMSG_CREDS) && memcmp(&sender, &told, sizeof(told)))))
			break;
		told = sender;
		if (unlikely(s->urgent)) {
			if (done && stream_at_mark(s))
				break;
			n = up_to_mark(s, n);
		}
		got = n ? stream_take(s, u, MIN(u->left, n), flags) : 0;
		/* MSG_PEEK does not consume the urgent byte either. */
		if (peek)
			s->in.read = from;
		else if (s->urgent && s->in.read > s->urgent_at)
			s->urgent = false;
		if (!n && !peek)
			continue;
		if (got < 0)
			return done ? done : got;
		done += got;
		if (e)
			stream_fill_source(s, e);
		if (s->peer)
			wait_wake_one(&s->peer->writers);
		if (c) {
			bool whole = s->in.read == c->end;

			files = c->count;
			pass_control(c, peek, e);
			/* Nobody took it, or all its bytes have been read. */
			if (!peek && list_first(&s->controls, struct control, link) == c &&
			    c->count) {
				list_remove(&c->link);
				control_free(c, true);
			} else if (whole && !peek) {
				c = list_first(&s->controls, struct control, link);
				list_remove(&c->link);
				control_free(c, true);
			}
		}
		if (peek || files)
			break;
	} while (u->left);
	if (list_empty(&s->controls) && !(s->cmsg_flags & CMSG_CREDS) &&
	    !(s->cmsg_flags & CMSG_INQ) && !(s->peer && s->peer->cmsg_flags & CMSG_CREDS) &&
	    !s->urgent && s->send_buffer >= RING_SIZE)
		s->ops = &stream_ops;
	if (ring_used(&s->in))
		wait_wake_one(&s->readers);
	return done;
}

static uint32_t control_stream_poll(struct socket *s, struct poll_entry *e)
{
	uint32_t mask = stream_poll(s, e);

	if (s->peer && !s->write_shut && !send_space(s))
		mask &= ~POLL_WRITABLE;
	if (!s->urgent)
		return mask;
	/* The urgent byte alone does not make it readable. */
	if (stream_at_mark(s) && !s->urgent_inline && ring_used_unlocked(&s->in) == 1 && s->peer &&
	    !s->peer->write_shut)
		mask &= ~POLL_READABLE;
	return mask | (s->urgent_taken ? 0 : POLL_PRI);
}

const struct socket_ops control_stream_ops = {
	.listen = stream_listen,
	.connect = stream_connect,
	.send = socket_send_bytes,
	.send_message = control_stream_send,
	.receive = control_stream_receive,
	.poll = control_stream_poll,
	.close = stream_close,
};
