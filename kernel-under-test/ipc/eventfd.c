#include "ipc/eventfd.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/wait.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
	uint64_t count;
	bool semaphore;
	struct wait_queue readers, writers;
};

static long eventfd_read(struct file *f, struct uio *u)
{
	struct eventfd *e = f->data;
	uint64_t v;
	int err;

	if (u->left < sizeof(v))
		return -EINVAL;
	while (!e->count) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&e->readers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	v = e->semaphore ? 1 : e->count;
	err = uio_put(u, &v, sizeof(v));
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
	err = uio_get(u, &v, sizeof(v));
	if (err)
		return err;
	if (v > COUNT_MAX)
		return -EINVAL;
	while (v > COUNT_MAX - e->count) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&e->writers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	e->count += v;
	if (e->count)
		wait_wake_one(&e->readers);
	return sizeof(v);
}

static uint32_t eventfd_poll(struct file *f, struct poll_entry *p)
{
	struct eventfd *e = f->data;

	poll_add(p, &e->readers);
	poll_add(p, &e->writers);
	return (e->count ? POLL_READABLE : 0) | (e->count < COUNT_MAX ? POLL_WRITABLE : 0);
}

static void eventfd_release(struct file *f)
{
	kmem_free(f->data);
}

static const struct file_ops eventfd_ops = {
	.kind = "anon_inode:[eventfd]",
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
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
	*out = file_make(&eventfd_ops, O_RDWR | flags, NULL, e);
	if (*out)
		return 0;
	kmem_free(e);
	return -ENOMEM;
}
