/* Reading and writing connected streams without the kernel lock (sched/gate.h). */
#include "lib/errno.h"
#include "net/socket.h"

/* Whether plain data can pass between the two ends in both directions. */
static inline bool can_pass(const struct socket *s, const struct socket *peer)
{
	return likely(s->ops == &stream_ops && peer) && likely(!s->shut && !peer->shut);
}

/*
 * Called having passed the gate, which is released. Returns 0 when woken, 1 to take the slow path,
 * -EAGAIN or -ERESTARTSYS. Keeps the file referenced meanwhile.
 */
static noinline int sleep_unlocked(struct file *f, struct uio *u, struct wait_queue *q,
				   uint64_t timeout_ns)
{
	struct socket *s = f->data;
	bool nowait = f->flags & O_NONBLOCK;

	if (nowait || timeout_ns) {
		gate_return(s->gate);
		return nowait ? -EAGAIN : 1;
	}
	if (!u->held)
		u->held = file_get(f);
	return gate_sleep(s->gate, q);
}

static noinline long write_and_wait(struct file *f, struct uio *u)
{
	struct socket *s = f->data;
	struct gate *g = s->gate;
	long done = 0;
	int err = 0;

	while (u->left && likely(gate_pass(g))) {
		struct socket *to = s->peer;
		size_t n;

		if (unlikely(!can_pass(s, to) || !gate_may_wake(&to->readers))) {
			gate_return(g);
			break;
		}
		n = MIN(u->left, ring_room(&to->in));
		if (unlikely(!n)) {
			err = sleep_unlocked(f, u, &s->writers, s->send_timeout_ns);
			if (likely(!err))
				continue;
			break;
		}
		if (unlikely(!ring_put_nofault(&to->in, u, n))) {
			gate_return(g);
			break;
		}
		done += (long)n;
		wait_wake_one(&to->readers);
		gate_return(g);
	}
	if (unlikely(err < 0)) {
		u->left = 0;
		done = done ? done : err;
	}
	if (u->held && !u->left)
		file_put_unlocked(f);
	return done;
}

/* Fast path: no waiters to wake and no need to wait. Returns 0 if not so, -1 for the slow path. */
static noinline long write_fast(struct socket *s, struct uio *u)
{
	struct gate *g = s->gate;
	long n = (long)u->left;
	struct socket *to;

	if (!gate_pass(g))
		return -1;
	to = s->peer;
	if (unlikely(!can_pass(s, to)))
		n = -1;
	else if (unlikely(!wait_empty(&to->readers) || u->left > ring_room(&to->in)))
		n = 0;
	else if (unlikely(!ring_put_nofault(&to->in, u, (size_t)n)))
		n = -1;
	gate_return(g);
	return n;
}

long stream_write_unlocked(struct file *f, struct uio *u)
{
	long n = write_fast(f->data, u);

	if (likely(n > 0))
		return n;
	return n ? 0 : write_and_wait(f, u);
}

static noinline long read_and_wait(struct file *f, struct uio *u)
{
	struct socket *s = f->data;
	struct gate *g = s->gate;
	long n = 0;
	int err = 0;

	while (u->left && likely(gate_pass(g))) {
		struct socket *from = s->peer;

		n = (long)MIN(u->left, ring_used(&s->in));
		if (unlikely(!can_pass(s, from))) {
			/* End of file is returned at once; the other cases are rare. */
			if (!n && s->ops == &stream_ops && s->state == SOCKET_CLOSED && !s->error)
				u->left = 0;
			n = 0;
		} else if (!n) {
			err = sleep_unlocked(f, u, &s->readers, s->receive_timeout_ns);
			if (likely(!err))
				continue;
			break;
		} else if (likely(gate_may_wake(&from->writers) && gate_may_wake(&s->readers) &&
				  ring_get_nofault(&s->in, u, (size_t)n))) {
			wait_wake_one(&from->writers);
			if (ring_used(&s->in))
				wait_wake_one(&s->readers);
			u->left = 0;
		} else {
			n = 0;
		}
		gate_return(g);
		break;
	}
	if (unlikely(err < 0)) {
		u->left = 0;
		n = err;
	}
	if (u->held && !u->left)
		file_put_unlocked(f);
	return n;
}

/* The same; returns 0 to take the slow path. */
static noinline long read_fast(struct socket *s, struct uio *u)
{
	struct gate *g = s->gate;
	struct socket *from;
	size_t used, n;

	if (!gate_pass(g))
		return 0;
	from = s->peer;
	used = ring_used(&s->in);
	n = MIN(u->left, used);
	if (likely(n && can_pass(s, from) && wait_empty(&from->writers) &&
		   (n == used || wait_empty(&s->readers)) && ring_get_nofault(&s->in, u, n)))
		u->left = 0; /* a short read */
	else
		n = 0;
	gate_return(g);
	return (long)n;
}

long stream_read_unlocked(struct file *f, struct uio *u)
{
	struct socket *s = f->data;
	size_t used = ring_used(&s->in);

	/* If empty it must wait, if full a writer may be waiting. */
	return likely(used && used < RING_SIZE) ? read_fast(s, u) : read_and_wait(f, u);
}

long stream_try_transfer(struct file *f, struct uio *u, bool send)
{
	return send ? MAX(write_fast(f->data, u), 0) : read_fast(f->data, u);
}
