/* eventfd: a counter that can be polled. */
#include "ipc/eventfd.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/gate.h"
#include "sched/wait.h"

#define COUNT_MAX (UINT64_MAX - 1)

/* Under the kernel lock, used inside the gate; the common case passes without that lock. */
struct eventfd {
	struct gate gate;
	uint64_t count;
	bool semaphore;
	struct wait_queue readers, writers;
} __attribute__((aligned(64)));

/* Called having passed the gate, which is released. Returns 0, -EAGAIN or -ERESTARTSYS. */
static noinline int sleep_unlocked(struct file *f, struct uio *u, struct wait_queue *q)
{
	struct eventfd *e = f->data;

	if (f->flags & O_NONBLOCK) {
		gate_return(&e->gate);
		return -EAGAIN;
	}
	if (!u->held)
		u->held = file_get(f);
	return gate_sleep(&e->gate, q);
}

static long finish_unlocked(struct file *f, struct uio *u, long n)
{
	if (n)
		u->left = 0;
	if (u->held && !u->left)
		file_put_unlocked(f);
	return n;
}

static noinline long read_and_wait(struct file *f, struct uio *u)
{
	struct eventfd *e = f->data;
	long n = 0;

	while (!n && gate_pass(&e->gate)) {
		uint64_t v = e->semaphore ? MIN(e->count, 1ul) : e->count;

		if (!v) {
			n = sleep_unlocked(f, u, &e->readers);
			continue;
		}
		if (likely(gate_may_wake(&e->writers) && gate_may_wake(&e->readers) &&
			   !uio_copy_to_nofault(u, &v, sizeof(v)))) {
			e->count -= v;
			wait_wake_all(&e->writers);
			if (e->count)
				wait_wake_one(&e->readers);
			n = sizeof(v);
		}
		gate_return(&e->gate);
		break;
	}
	return finish_unlocked(f, u, n);
}

/* Fast path: no waiters to wake and no need to wait. */
static long eventfd_read_unlocked(struct file *f, struct uio *u)
{
	struct eventfd *e = f->data;
	uint64_t v;

	if (u->left < sizeof(v))
		return 0;
	if (unlikely(!READ_ONCE(e->count) || !wait_empty(&e->writers)))
		return read_and_wait(f, u);
	if (!gate_pass(&e->gate))
		return 0;
	v = e->semaphore ? 1 : e->count;
	if (likely(e->count && wait_empty(&e->writers) && !uio_copy_to_nofault(u, &v, sizeof(v)))) {
		e->count -= v;
		u->left = 0;
	}
	gate_return(&e->gate);
	return u->left ? 0 : sizeof(v);
}

static noinline long write_and_wait(struct file *f, struct uio *u, uint64_t v)
{
	struct eventfd *e = f->data;
	long n = 0;

	while (!n && gate_pass(&e->gate)) {
		if (v > COUNT_MAX - e->count) {
			n = sleep_unlocked(f, u, &e->writers);
			continue;
		}
		if (likely(gate_may_wake(&e->readers))) {
			e->count += v;
			if (e->count)
				wait_wake_one(&e->readers);
			n = sizeof(v);
		}
		gate_return(&e->gate);
		break;
	}
	return finish_unlocked(f, u, n);
}

static long eventfd_write_unlocked(struct file *f, struct uio *u)
{
	struct uio from = *u;
	struct eventfd *e = f->data;
	uint64_t v;

	if (u->left < sizeof(v) || uio_copy_from_nofault(&from, &v, sizeof(v)) || v > COUNT_MAX)
		return 0;
	if (unlikely(!wait_empty(&e->readers) || v > COUNT_MAX - READ_ONCE(e->count)))
		return write_and_wait(f, u, v);
	if (!gate_pass(&e->gate))
		return 0;
	if (likely(v <= COUNT_MAX - e->count && wait_empty(&e->readers))) {
		e->count += v;
		u->left = 0;
	}
	gate_return(&e->gate);
	return u->left ? 0 : sizeof(v);
}

static long eventfd_read(struct file *f, struct uio *u)
{
	struct eventfd *e = f->data;
	uint64_t v;
	int err;

	if (u->left < sizeof(v))
		return -EINVAL;
	GATE_SCOPE(&e->gate);
	while (!e->count) {
		err = file_sleep(f, &e->readers);
		if (err)
			return err;
	}
	v = e->semaphore ? 1 : e->count;
	err = uio_copy_to(u, &v, sizeof(v));
	if (err)
		return err;
	e->count -= v;
	wait_wake_all(&e->writers);
	if (e->count)
		wait_wake_one(&e->readers);
	return sizeof(v);
}

static long eventfd_write(struct file *f, struct uio *u)
{
	struct eventfd *e = f->data;
	uint64_t v;
	int err;

	if (u->left < sizeof(v))
		return -EINVAL;
	GATE_SCOPE(&e->gate);
	err = uio_copy_from(u, &v, sizeof(v));
	if (err)
		return err;
	if (v > COUNT_MAX)
		return -EINVAL;
	while (v > COUNT_MAX - e->count) {
		err = file_sleep(f, &e->writers);
		if (err)
			return err;
	}
	e->count += v;
	if (e->count)
		wait_wake_one(&e->readers);
	return sizeof(v);
}

static uint32_t poll_mask(const struct eventfd *e)
{
	uint64_t count = READ_ONCE(e->count);

	return (count ? POLL_READABLE : 0) | (count < COUNT_MAX ? POLL_WRITABLE : 0);
}

static uint32_t subscribe(struct eventfd *e, struct poll_entry *p)
{
	poll_set_gate(p, &e->gate);
	poll_add(p, &e->readers);
	poll_add(p, &e->writers);
	return poll_mask(e);
}

static uint32_t eventfd_poll(struct file *f, struct poll_entry *p)
{
	struct eventfd *e = f->data;

	if (!p)
		return poll_mask(e);
	GATE_SCOPE(&e->gate);
	return subscribe(e, p);
}

static noinline uint32_t subscribe_unlocked(struct eventfd *e, struct poll_entry *p)
{
	uint32_t mask;

	if (!gate_pass(&e->gate))
		return POLL_NEEDS_LOCK;
	mask = subscribe(e, p);
	gate_return(&e->gate);
	return mask;
}

static uint32_t eventfd_poll_unlocked(struct file *f, struct poll_entry *p)
{
	return p ? subscribe_unlocked(f->data, p) : poll_mask(f->data);
}

static void eventfd_release(struct file *f)
{
	kmem_free(f->data);
}

static const struct file_ops eventfd_ops = {
	.kind = "anon_inode:[eventfd]",
	.read = eventfd_read,
	.write = eventfd_write,
	.read_unlocked = eventfd_read_unlocked,
	.write_unlocked = eventfd_write_unlocked,
	.poll = eventfd_poll,
	.poll_unlocked = eventfd_poll_unlocked,
	.release = eventfd_release,
};

int eventfd_create(uint64_t count, bool semaphore, uint32_t flags, struct file **out)
{
	struct eventfd *e = kmem_zalloc(sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->count = count;
	e->semaphore = semaphore;
	wait_init(&e->readers);
	wait_init(&e->writers);
	return file_create_anon(&eventfd_ops, O_RDWR | flags, e, out);
}
