#include "ipc/pipe.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/page.h"
#include "sched/wait.h"

#define PIPE_PAGES (PIPE_SIZE / PAGE_SIZE)

/*
 * A ring of pages. `head` and `tail` count bytes for ever: written - read = what is inside. A page
 * is made when first written, and kept: most pipes pass little at a time, again and again.
 */
struct pipe {
	uint64_t head; /* bytes written */
	uint64_t tail; /* bytes read */
	bool has_reader, has_writer;
	struct wait_queue readers, writers;
	struct page *pages[PIPE_PAGES];
};

static struct page *page_at(struct pipe *p, uint64_t pos)
{
	return p->pages[(pos >> PAGE_SHIFT) % PIPE_PAGES];
}

static long pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	size_t want;
	long done = 0;
	int err;

	if (!u->left)
		return 0;
	while (p->head == p->tail) {
		if (!p->has_writer)
			return 0;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&p->readers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	want = MIN(u->left, p->head - p->tail);
	while (want) {
		size_t at = p->tail & (PAGE_SIZE - 1), part = MIN(want, PAGE_SIZE - at);

		err = uio_put(u, (char *)page_to_virt(page_at(p, p->tail)) + at, part);
		if (err)
			return done ? done : err;
		p->tail += part;
		done += (long)part;
		want -= part;
	}
	/* What is left is the next reader's, and the room made a writer's. */
	if (p->head != p->tail)
		wait_wake_one(&p->readers);
	wait_wake_one(&p->writers);
	return done;
}

/* Copies `n` bytes in; there is room. How many were copied, or -errno when none was. */
static long fill(struct pipe *p, struct uio *u, size_t n)
{
	long done = 0;
	int err = 0;

	while (n) {
		size_t at = p->head & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page **slot = &p->pages[(p->head >> PAGE_SHIFT) % PIPE_PAGES];

		if (!*slot)
			*slot = page_alloc();
		err = *slot ? uio_get(u, (char *)page_to_virt(*slot) + at, part) : -ENOMEM;
		if (err)
			break;
		p->head += part;
		done += (long)part;
		n -= part;
	}
	return done ? done : err;
}

static long pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	/* A small write waits until it fits as a whole. */
	size_t need = u->left <= PIPE_ATOMIC ? u->left : 1;
	long done = 0;

	while (u->left) {
		size_t room = PIPE_SIZE - (p->head - p->tail);
		long n;

		if (!p->has_reader)
			return done ? done : -EPIPE;
		if (room < need) {
			int err = f->flags & O_NONBLOCK
					  ? -EAGAIN
					  : wait_sleep(&p->writers, WAIT_INTERRUPTIBLE);

			if (err)
				return done ? done : err;
			continue;
		}
		n = fill(p, u, MIN(u->left, room));
		if (n < 0)
			return done ? done : n;
		done += n;
		wait_wake_one(&p->readers);
		need = 1;
	}
	/* Room that is left is the next writer's. */
	if (!wait_empty(&p->writers) && p->head - p->tail < PIPE_SIZE)
		wait_wake_one(&p->writers);
	return done;
}

static void free_if_unused(struct pipe *p)
{
	if (p->has_reader || p->has_writer)
		return;
	for (size_t i = 0; i < PIPE_PAGES; i++)
		if (p->pages[i])
			page_put(p->pages[i]);
	kmem_free(p);
}

static void read_end_release(struct file *f)
{
	struct pipe *p = f->data;

	p->has_reader = false;
	wait_wake_all(&p->writers);
	free_if_unused(p);
}

static void write_end_release(struct file *f)
{
	struct pipe *p = f->data;

	p->has_writer = false;
	wait_wake_all(&p->readers);
	free_if_unused(p);
}

static const struct file_ops read_end_ops = {
	.read = pipe_read,
	.release = read_end_release,
};

static const struct file_ops write_end_ops = {
	.write = pipe_write,
	.release = write_end_release,
};

int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end)
{
	struct pipe *p = kmem_zalloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	wait_init(&p->readers);
	wait_init(&p->writers);
	*read_end = file_make(&read_end_ops, O_RDONLY | flags, NULL, p);
	*write_end = *read_end ? file_make(&write_end_ops, O_WRONLY | flags, NULL, p) : NULL;
	if (!*write_end) {
		kmem_free(*read_end);
		kmem_free(p);
		return -ENOMEM;
	}
	p->has_reader = p->has_writer = true;
	return 0;
}
