/* FIFOs: pipes opened by name, or reopened through /proc. */
#include "ipc/pipe_internal.h"
#include "lib/errno.h"
#include "mm/kmem.h"

static int no_pages(struct object *, uint64_t, enum page_use, struct page **)
{
	return -ENXIO;
}

/* The pipe may outlive its inode, and the inode the pipe. */
static void anon_release(struct object *o)
{
	struct inode *inode = container_of(o, struct inode, object);

	if (inode->fifo)
		inode->fifo->fifo = NULL;
	kmem_free(inode);
}

static const struct object_ops anon_object_ops = {
	.page = no_pages,
	.release = anon_release,
};

static const struct inode_ops anon_ops = {};

/* Sleeps until the other end is open, or has been opened since the count `seen` was `before`. */
static int wait_for_peer(struct wait_queue *q, const uint32_t *ends, const uint32_t *seen,
			 uint32_t before)
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
	bool named = inode->ops != &anon_ops;
	uint32_t mode = flags & O_ACCMODE;
	struct pipe *p = inode->fifo;
	int err = 0;

	if (mode == O_WRONLY && named && (flags & O_NONBLOCK) && (!p || !p->read_ends))
		return -ENXIO;
	if (!p) {
		p = pipe_alloc();
		if (!p)
			return -ENOMEM;
	}
	gate_enter(&p->gate);
	*out = pipe_open_end(p, flags, inode);
	if (!*out) {
		gate_leave(&p->gate);
		if (!inode->fifo)
			pipe_free(p);
		return -ENOMEM;
	}
	inode_get(inode);
	inode->fifo = p;
	p->fifo = inode;
	wait_wake_all(&p->readers);
	wait_wake_all(&p->writers);
	/* Both ends of an anonymous pipe have been open before, so reopening one does not wait. */
	if (named && mode == O_RDONLY && !(flags & O_NONBLOCK))
		err = wait_for_peer(&p->readers, &p->write_ends, &p->writers_opened,
				    p->writers_opened);
	else if (named && mode == O_WRONLY && !(flags & O_NONBLOCK))
		err = wait_for_peer(&p->writers, &p->read_ends, &p->readers_opened,
				    p->readers_opened);
	gate_leave(&p->gate);
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
		inode->object.ops = &anon_object_ops;
		inode->object.refs = 1;
		inode->ops = &anon_ops;
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
