#include "ipc/pipe.h"

#include "ipc/ring.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "sched/wait.h"

#define FIONREAD 0x541b

struct pipe {
	struct ring ring;
	/* Open files that read and that write; a FIFO may have many, and one that does both. */
	uint32_t read_ends, write_ends;
	/* Ends ever opened: who waits for one must not miss one that closed again. */
	uint32_t reads_seen, writes_seen;
	struct wait_queue readers, writers;
	struct inode *fifo; /* where it can be opened, if anywhere; no reference */
};

static long pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	long n;
	int err;

	if (!u->left)
		return 0;
	while (!ring_used(&p->ring)) {
		if (!p->write_ends)
			return 0;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&p->readers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	n = ring_get(&p->ring, u, MIN(u->left, ring_used(&p->ring)), false);
	/* What is left is the next reader's, and the room made a writer's. */
	if (ring_used(&p->ring))
		wait_wake_one(&p->readers);
	wait_wake_one(&p->writers);
	return n;
}

static long pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	/* A small write waits until it fits as a whole. */
	size_t need = u->left <= PIPE_ATOMIC ? u->left : 1;
	long done = 0;

	while (u->left) {
		size_t room = ring_room(&p->ring);
		long n;

		if (!p->read_ends)
			return done ? done : -EPIPE;
		if (room < need) {
			int err = f->flags & O_NONBLOCK
					  ? -EAGAIN
					  : wait_sleep(&p->writers, WAIT_INTERRUPTIBLE);

			if (err)
				return done ? done : err;
			continue;
		}
		n = ring_put(&p->ring, u, MIN(u->left, room));
		if (n == -EPAGING && !(n = space_bring_in()))
			continue;
		if (n < 0)
			return done ? done : n;
		done += n;
		wait_wake_one(&p->readers);
		need = 1;
	}
	/* Room that is left is the next writer's. */
	if (!wait_empty(&p->writers) && ring_room(&p->ring))
		wait_wake_one(&p->writers);
	return done;
}

static uint32_t pipe_poll(struct file *f, struct poll_entry *e)
{
	struct pipe *p = f->data;
	uint32_t mask = 0;

	if (file_readable(f)) {
		poll_add(e, &p->readers);
		mask |= ring_used(&p->ring) ? POLL_READABLE : 0;
		mask |= p->write_ends ? 0 : POLL_HUP;
	}
	if (file_writable(f)) {
		poll_add(e, &p->writers);
		mask |= ring_room(&p->ring) >= PIPE_ATOMIC ? POLL_WRITABLE : 0;
		mask |= p->read_ends ? 0 : POLL_ERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	int used = (int)ring_used(&((struct pipe *)f->data)->ring);

	return request == FIONREAD ? copy_to_user(arg, &used, sizeof(used)) : -ENOTTY;
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->data;

	if (file_readable(f) && --p->read_ends == 0)
		wait_wake_all(&p->writers);
	if (file_writable(f) && --p->write_ends == 0)
		wait_wake_all(&p->readers);
	if (p->read_ends || p->write_ends)
		return;
	if (p->fifo)
		p->fifo->fifo = NULL;
	ring_free(&p->ring);
	kmem_free(p);
}

static const struct file_ops pipe_ops = {
	.signals = true,
	.kind = "pipe",
	.read = pipe_read,
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.release = pipe_release,
};

static struct pipe *pipe_make(void)
{
	struct pipe *p = kmem_zalloc(sizeof(*p));

	if (!p)
		return NULL;
	wait_init(&p->readers);
	wait_init(&p->writers);
	return p;
}

/* An open end; none that fails leaves a trace. */
static struct file *end_make(struct pipe *p, uint32_t flags, struct inode *inode)
{
	struct file *f = file_make(&pipe_ops, flags, inode, p);

	if (!f)
		return NULL;
	if (file_readable(f)) {
		p->read_ends++;
		p->reads_seen++;
	}
	if (file_writable(f)) {
		p->write_ends++;
		p->writes_seen++;
	}
	return f;
}

int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end)
{
	struct pipe *p = pipe_make();

	if (!p)
		return -ENOMEM;
	*read_end = end_make(p, O_RDONLY | flags, NULL);
	if (!*read_end) {
		kmem_free(p);
		return -ENOMEM;
	}
	*write_end = end_make(p, O_WRONLY | flags, NULL);
	if (!*write_end) {
		file_put(*read_end);
		return -ENOMEM;
	}
	return 0;
}

static int no_pages(struct object *o, uint64_t index, enum page_use use, struct page **out)
{
	(void)o, (void)index, (void)use, (void)out;
	return -ENXIO;
}

/* The pipe may outlive it, as it may outlive the pipe. */
static void nameless_release(struct object *o)
{
	struct inode *inode = container_of(o, struct inode, object);

	if (inode->fifo)
		inode->fifo->fifo = NULL;
	kmem_free(inode);
}

static const struct object_ops nameless_object_ops = {
	.page = no_pages,
	.release = nameless_release,
};

static const struct inode_ops nameless_ops = {};

/* Sleeps until an end of the other kind has been opened, now or since `seen`. */
static int meet(struct wait_queue *q, const uint32_t *ends, const uint32_t *seen, uint32_t before)
{
	while (!*ends && *seen == before) {
		int err = wait_sleep(q, WAIT_INTERRUPTIBLE);

		if (err)
			return err;
	}
	return 0;
}

int fifo_open(struct inode *inode, uint32_t flags, struct file **out)
{
	bool named = inode->ops != &nameless_ops;
	uint32_t mode = flags & O_ACCMODE;
	struct pipe *p = inode->fifo;
	int err = 0;

	if (mode == O_WRONLY && named && (flags & O_NONBLOCK) && (!p || !p->read_ends))
		return -ENXIO;
	if (!p) {
		p = pipe_make();
		if (!p)
			return -ENOMEM;
	}
	*out = end_make(p, flags, inode);
	if (!*out) {
		if (!inode->fifo)
			kmem_free(p);
		return -ENOMEM;
	}
	inode_get(inode);
	inode->fifo = p;
	p->fifo = inode;
	wait_wake_all(&p->readers);
	wait_wake_all(&p->writers);
	/* Those of a pipe have met long ago, and may have gone since. */
	if (!named)
		return 0;
	if (mode == O_RDONLY && !(flags & O_NONBLOCK))
		err = meet(&p->readers, &p->write_ends, &p->writes_seen, p->writes_seen);
	else if (mode == O_WRONLY && !(flags & O_NONBLOCK))
		err = meet(&p->writers, &p->read_ends, &p->reads_seen, p->reads_seen);
	if (err)
		file_put(*out);
	return err;
}

int pipe_inode(const struct file *f, struct inode **out)
{
	struct pipe *p = f->data;
	struct inode *inode;

	if (f->ops != &pipe_ops)
		return -ENXIO;
	if (!p->fifo) {
		inode = kmem_zalloc(sizeof(*inode));
		if (!inode)
			return -ENOMEM;
		inode->object.ops = &nameless_object_ops;
		inode->object.refs = 1;
		inode->ops = &nameless_ops;
		inode->mode = S_IFIFO | 0600;
		inode->links = 1;
		inode->fifo = p;
		p->fifo = inode;
		*out = inode;
		return 0;
	}
	*out = inode_get(p->fifo);
	return 0;
}

bool pipe_is(const struct file *f)
{
	return f->ops == &pipe_ops;
}

bool pipe_same(const struct file *a, const struct file *b)
{
	return a->data == b->data;
}

long pipe_wait(struct file *f, bool write, bool nonblock)
{
	struct pipe *p = f->data;

	for (;;) {
		size_t n = write ? ring_room(&p->ring) : ring_used(&p->ring);
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

	return ring_get(&p->ring, &u, MIN(n, ring_used(&p->ring)), true);
}

void pipe_skip(struct file *f, size_t n)
{
	struct pipe *p = f->data;

	p->ring.read += n;
	wait_wake_one(&p->writers);
}
