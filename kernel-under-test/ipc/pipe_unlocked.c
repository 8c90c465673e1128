/* Reading and writing pipes without the kernel lock (sched/gate.h). */
#include "ipc/pipe_internal.h"
#include "lib/errno.h"

/* Called having passed the gate, which is released. Keeps the file referenced meanwhile. */
static inline int sleep_unlocked(struct file *f, struct uio *u, struct wait_queue *q)
{
	struct pipe *p = f->data;

	if (!u->held)
		u->held = file_get(f);
	return gate_sleep(&p->gate, q);
}

/* Returns bytes read, or a negative errno, with nothing left in `u`; or 0 to take the slow path. */
static always_inline long read_waiting(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	long n;

	while (likely(u->left && gate_pass(&p->gate))) {
		n = (long)MIN(u->left, ring_used(&p->ring));
		if (!n && p->write_ends && !(f->flags & O_NONBLOCK)) {
			n = sleep_unlocked(f, u, &p->readers);
			if (likely(!n))
				continue;
			u->left = 0;
			return n;
		}
		if (unlikely(!n)) {
			n = p->write_ends ? -EAGAIN : 0;
			u->left = 0;
		} else if (likely(gate_may_wake(&p->writers) && gate_may_wake(&p->readers) &&
				  ring_get_nofault(&p->ring, u, (size_t)n))) {
			/* Wake the next reader for what is left, and a writer for the room made. */
			if (ring_used(&p->ring))
				wait_wake_one(&p->readers);
			wait_wake_one(&p->writers);
			u->left = 0;
		} else {
			n = 0;
		}
		gate_return(&p->gate);
		return n;
	}
	return 0;
}

static noinline long read_and_wait(struct file *f, struct uio *u)
{
	long n = read_waiting(f, u);

	if (u->held && !u->left)
		file_put_unlocked(f);
	return n;
}

/* Fast path: no waiters to wake and no need to wait. */
static noinline long read_fast(struct pipe *p, struct uio *u)
{
	size_t n;

	if (!gate_pass(&p->gate))
		return 0;
	n = ring_used(&p->ring);
	if (u->left < n)
		n = likely(wait_empty(&p->readers)) ? u->left : 0;
	if (likely(n && wait_empty(&p->writers) && ring_get_nofault(&p->ring, u, n)))
		u->left = 0; /* a short read */
	else
		n = 0;
	gate_return(&p->gate);
	return (long)n;
}

long pipe_read_unlocked(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;

	return ring_used(&p->ring) && likely(wait_empty(&p->writers)) ? read_fast(p, u)
								      : read_and_wait(f, u);
}

static always_inline long write_waiting(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	/* Writes of up to PIPE_ATOMIC bytes wait until they fit as a whole. */
	size_t need = u->left <= PIPE_ATOMIC ? u->left : 1, n;
	long done = 0;
	int err;

	while (u->left && likely(gate_pass(&p->gate))) {
		n = pipe_room(p);
		if (unlikely(n < need) && p->read_ends && !(f->flags & O_NONBLOCK)) {
			err = sleep_unlocked(f, u, &p->writers);
			if (!err)
				continue;
			u->left = 0;
			return done ? done : err;
		}
		if (unlikely(n < need || !p->read_ends || !gate_may_wake(&p->readers) ||
			     !gate_may_wake(&p->writers) ||
			     !ring_put_nofault(&p->ring, u, n = MIN(n, u->left)))) {
			gate_return(&p->gate);
			break;
		}
		done += (long)n;
		need = 1;
		wait_wake_one(&p->readers);
		/* Wake the next writer for the room that is left. */
		if (unlikely(!wait_empty(&p->writers)) && !u->left && pipe_room(p))
			wait_wake_one(&p->writers);
		gate_return(&p->gate);
	}
	return done;
}

static noinline long write_and_wait(struct file *f, struct uio *u)
{
	long n = write_waiting(f, u);

	if (u->held && !u->left)
		file_put_unlocked(f);
	return n;
}

static noinline long write_fast(struct pipe *p, struct uio *u)
{
	size_t n = u->left;

	if (!gate_pass(&p->gate))
		return 0;
	if (unlikely(n > pipe_room(p) || !p->read_ends || !wait_empty(&p->readers) ||
		     !ring_put_nofault(&p->ring, u, n)))
		n = 0;
	gate_return(&p->gate);
	return (long)n;
}

long pipe_write_unlocked(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;

	return likely(wait_empty(&p->readers)) && u->left <= pipe_room(p) ? write_fast(p, u)
									  : write_and_wait(f, u);
}
