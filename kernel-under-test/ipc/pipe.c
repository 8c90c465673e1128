/* Pipes: reading, writing and polling under the kernel lock, and their creation. */
#include "ipc/pipe.h"

#include "ipc/pipe_internal.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/space.h"

#define FIONREAD 0x541b

static inline long get(struct pipe *p, struct uio *u, size_t n, bool peek)
{
	return unlikely(p->large) ? pipe_large_get(p, u, n, peek) : ring_get(&p->ring, u, n, peek);
}

static long pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	long n;
	int err;

	if (!u->left)
		return 0;
	GATE_SCOPE(&p->gate);
	while (!ring_used(&p->ring)) {
		if (!p->write_ends)
			return 0;
		err = file_sleep(f, &p->readers);
		if (err)
			return err;
	}
	n = get(p, u, MIN(u->left, ring_used(&p->ring)), false);
	/* Wake the next reader for what is left, and a writer for the room made. */
	if (ring_used(&p->ring))
		wait_wake_one(&p->readers);
	wait_wake_one(&p->writers);
	return n;
}

static long pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	/* Writes of up to PIPE_ATOMIC bytes wait until they fit as a whole. */
	size_t need = u->left <= PIPE_ATOMIC ? u->left : 1;
	long done = 0;

	GATE_SCOPE(&p->gate);
	while (u->left) {
		size_t room = pipe_room(p);
		long n;

		if (!p->read_ends)
			return done ? done : -EPIPE;
		if (room < need) {
			int err = file_sleep(f, &p->writers);

			if (err)
				return done ? done : err;
			continue;
		}
		n = MIN(u->left, room);
		n = unlikely(p->large) ? pipe_large_put(p, u, (size_t)n, f->flags & O_DIRECT)
				       : ring_put(&p->ring, u, (size_t)n);
		if (n == -EPAGING && !(n = space_page_in()))
			continue;
		if (n < 0)
			return done ? done : n;
		done += n;
		wait_wake_one(&p->readers);
		need = 1;
	}
	/* Wake the next writer for the room that is left. */
	if (!wait_empty(&p->writers) && pipe_room(p))
		wait_wake_one(&p->writers);
	return done;
}

/* The poll mask. Without the gate, it may be a moment old. */
static always_inline uint32_t poll_mask(const struct file *f)
{
	const struct pipe *p = f->data;
	uint32_t accmode = f->flags & O_ACCMODE, mask = 0;

	if (accmode != O_WRONLY) {
		mask = ring_used_unlocked(&p->ring) ? POLL_READABLE : 0;
		if (unlikely(!p->write_ends))
			mask |= POLL_HUP;
		if (likely(accmode == O_RDONLY))
			return mask;
	}
	mask |= ring_used_unlocked(&p->ring) + PIPE_ATOMIC <= p->limit ? POLL_WRITABLE : 0;
	return likely(p->read_ends) ? mask : mask | POLL_ERR;
}

/* Inside the gate, or having passed it. */
static uint32_t subscribe(struct file *f, struct poll_entry *e)
{
	struct pipe *p = f->data;

	poll_set_gate(e, &p->gate);
	if (file_readable(f))
		poll_add(e, &p->readers);
	if (file_writable(f))
		poll_add(e, &p->writers);
	return poll_mask(f);
}

static noinline uint32_t subscribe_unlocked(struct file *f, struct poll_entry *e)
{
	struct pipe *p = f->data;
	uint32_t mask;

	if (!gate_pass(&p->gate))
		return POLL_NEEDS_LOCK;
	mask = subscribe(f, e);
	gate_return(&p->gate);
	return mask;
}

static uint32_t pipe_poll_unlocked(struct file *f, struct poll_entry *e)
{
	return unlikely(e) ? subscribe_unlocked(f, e) : poll_mask(f);
}

static uint32_t pipe_poll(struct file *f, struct poll_entry *e)
{
	struct pipe *p = f->data;

	if (!e)
		return poll_mask(f);
	GATE_SCOPE(&p->gate);
	return subscribe(f, e);
}

static long pipe_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct pipe *p = f->data;
	int used;

	gate_enter(&p->gate);
	used = (int)ring_used(&p->ring);
	gate_leave(&p->gate);
	return request == FIONREAD ? copy_to_user(arg, &used, sizeof(used)) : -ENOTTY;
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->data;

	gate_enter(&p->gate);
	if (file_readable(f) && --p->read_ends == 0)
		wait_wake_all(&p->writers);
	if (file_writable(f) && --p->write_ends == 0)
		wait_wake_all(&p->readers);
	gate_leave(&p->gate);
	if (p->read_ends || p->write_ends)
		return;
	if (p->fifo)
		p->fifo->fifo = NULL;
	pipe_free(p);
}

const struct file_ops pipe_ops = {
	.signals = true,
	.kind = "pipe",
	.read = pipe_read,
	.write = pipe_write,
	.read_unlocked = pipe_read_unlocked,
	.write_unlocked = pipe_write_unlocked,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.poll_unlocked = pipe_poll_unlocked,
	.release = pipe_release,
};

struct pipe *pipe_alloc(void)
{
	struct pipe *p = kmem_zalloc(sizeof(*p));

	if (!p)
		return NULL;
	wait_init(&p->readers);
	wait_init(&p->writers);
	p->size = p->limit = RING_SIZE;
	return p;
}

void pipe_free(struct pipe *p)
{
	ring_free(&p->ring);
	pipe_large_free(p);
	kmem_free(p);
}

struct file *pipe_open_end(struct pipe *p, uint32_t flags, struct inode *inode)
{
	struct file *f;

	if (unlikely(flags & O_DIRECT) && pipe_enable_packets(p) < 0)
		return NULL;
	f = file_alloc(&pipe_ops, flags, inode, p);
	if (!f)
		return NULL;
	if (file_readable(f)) {
		p->read_ends++;
		p->readers_opened++;
	}
	if (file_writable(f)) {
		p->write_ends++;
		p->writers_opened++;
	}
	return f;
}

int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end)
{
	struct pipe *p = pipe_alloc();

	if (!p)
		return -ENOMEM;
	*read_end = pipe_open_end(p, O_RDONLY | flags, NULL);
	if (!*read_end) {
		pipe_free(p);
		return -ENOMEM;
	}
	*write_end = pipe_open_end(p, O_WRONLY | flags, NULL);
	if (!*write_end) {
		file_put_unlocked(*read_end);
		return -ENOMEM;
	}
	return 0;
}

bool pipe_is(const struct file *f)
{
	return f->ops == &pipe_ops;
}

int pipe_set_packet_mode(struct file *f)
{
	return pipe_enable_packets(f->data);
}

bool pipe_same(const struct file *a, const struct file *b)
{
	return a->data == b->data;
}

void pipe_enter(struct file *f)
{
	struct pipe *p = f->data;

	gate_enter(&p->gate);
}

void pipe_leave(struct file *f)
{
	struct pipe *p = f->data;

	gate_leave(&p->gate);
}

long pipe_wait(struct file *f, bool write, bool nonblock)
{
	struct pipe *p = f->data;

	for (;;) {
		size_t n = write ? pipe_room(p) : ring_used(&p->ring);
		int err;

		if (write && !p->read_ends)
			return -EPIPE;
		if (n)
			return (long)n;
		if (!write && !p->write_ends)
			return 0;
		err = nonblock ? -EAGAIN
			       : wait_sleep(write ? &p->writers : &p->readers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
}

long pipe_peek(struct file *f, void *to, size_t n)
{
	struct pipe *p = f->data;
	struct uio u = uio_kernel(to, n);

	return get(p, &u, MIN(n, ring_used(&p->ring)), true);
}

void pipe_skip(struct file *f, size_t n)
{
	struct pipe *p = f->data;

	p->ring.read += n;
	if (p->large)
		pipe_large_skip(p);
	wait_wake_one(&p->writers);
}
