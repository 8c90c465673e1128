#include "fs/file.h"

#include "arch/spin.h"
#include "fs/credentials.h"
#include "fs/device.h"
#include "fs/lock.h"
#include "fs/notify.h"
#include "fs/peek.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/sched.h"

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

struct file *file_make(const struct file_ops *ops, uint32_t flags, struct inode *inode, void *data)
{
	struct file *f = kmem_alloc(sizeof(*f));

	if (!f)
		return NULL;
	*f = (struct file){
		.refs = 1,
		.flags = flags,
		.ops = ops,
		.inode = inode,
		.data = data,
	};
	return f;
}

int file_make_of(const struct file_ops *ops, uint32_t flags, void *data, struct file **out)
{
	*out = file_make(ops, flags, NULL, data);
	if (!*out)
		kmem_free(data);
	return *out ? 0 : -ENOMEM;
}

void file_release(struct file *f)
{
	if (unlikely(f->unsettled))
		sched_settle_all();
	if (unlikely(f->watched))
		file_unwatch(f);
	if (unlikely(f->async))
		file_forget_async(f);
	if (f->ops->release)
		f->ops->release(f);
	if (f->inode) {
		if (unlikely(f->writer))
			inode_count_writer(f->inode, -1);
		/* Those of flock() are the open file's own. */
		if (unlikely(f->inode->locks)) {
			lock_release(f->inode, f);
			if (f->inode->ops->opened)
				f->inode->ops->opened(f->inode, f->flags, true);
		}
		inode_put(f->inode);
	}
	kmem_free(f);
}

void file_put_last(struct file *f)
{
	KERNEL_SCOPE_NESTED();
	file_put(f);
}

int file_release_unlocked(struct file *f)
{
	struct inode *inode = f->inode;

	if (unlikely(f->unsettled || f->watched || f->async || f->ops->release))
		return -EAGAIN;
	if (f->writer)
		inode_count_writer(inode, -1);
	inode_let_go(inode);
	kmem_free(f);
	return 0;
}

void inode_let_go(struct inode *i)
{
	if (likely(object_put_unless_last(&i->object)))
		return;
	KERNEL_SCOPE();
	inode_put(i);
}

/* A seek that came in between has the last word. */
static void advance(struct file *f, uint64_t pos, long moved)
{
	if (moved > 0)
		__atomic_compare_exchange_n(&f->pos, &pos, pos + (uint64_t)moved, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/*
 * Who moves bytes at the position with the kernel lock keeps those out who do without: once the
 * lock of the inode was had, none of them is at it, and none begins.
 */
static void begin_move(struct file *f)
{
	f->movers++;
	spin_lock(&f->inode->lock, LOCK_INODE);
	spin_unlock(&f->inode->lock);
}

static long regular_read(struct file *f, struct uio *u)
{
	uint64_t pos;
	long n;

	file_accessed(f);
	begin_move(f);
	pos = f->pos;
	n = f->inode->ops->read(f->inode, pos, u);
	advance(f, pos, n);
	f->movers--;
	return n;
}

int file_limit(const struct inode *inode, uint64_t pos, struct uio *u)
{
	uint64_t limit = file_size_limit();

	if (likely(limit == UINT64_MAX) || !inode_is(inode, S_IFREG) || !u->left)
		return 0;
	if (pos >= limit) {
		file_limit_reached();
		return -EFBIG;
	}
	u->left = MIN(u->left, limit - pos);
	return 0;
}

static long regular_write(struct file *f, struct uio *u)
{
	uint64_t pos, at;
	long n;

	begin_move(f);
	pos = f->pos;
	at = f->flags & O_APPEND ? f->inode->size : pos;
	n = file_limit(f->inode, at, u) ?: f->inode->ops->write(f->inode, at, u);
	advance(f, pos, n > 0 ? (long)(at - pos) + n : n);
	f->movers--;
	return n;
}

/* With the inode's lock. Up to a limit goes who has the kernel lock too. */
static inline bool may_reach(const struct inode *inode, uint64_t end)
{
	return likely(end <= inode->size) || file_size_limit() == UINT64_MAX;
}

static always_inline long move_unlocked(struct file *f, struct uio *u, bool write,
					long (*op)(struct inode *inode, uint64_t pos,
						   struct uio *u))
{
	struct inode *inode = f->inode;
	long n = 0;

	spin_lock(&inode->lock, LOCK_INODE);
	if (likely(!READ_ONCE(f->movers))) {
		uint64_t pos = READ_ONCE(f->pos), at = pos;

		if (write && unlikely(f->flags & O_APPEND))
			at = inode->size;
		if (!write || may_reach(inode, at + u->left)) {
			n = op(inode, at, u);
			advance(f, pos, n > 0 ? (long)(at - pos) + n : n);
		}
	}
	spin_unlock(&inode->lock);
	return n;
}

static long regular_read_unlocked(struct file *f, struct uio *u)
{
	if (!f->inode->ops->read_unlocked)
		return 0;
	file_accessed(f);
	return move_unlocked(f, u, false, f->inode->ops->read_unlocked);
}

static long regular_write_unlocked(struct file *f, struct uio *u)
{
	if (!f->inode->ops->write_unlocked)
		return 0;
	return move_unlocked(f, u, true, f->inode->ops->write_unlocked);
}

/* Each file has a hole behind its end, and there is nothing beyond it. */
static int64_t seek_hole(struct file *f, uint64_t pos, bool hole)
{
	struct inode *inode = f->inode;
	int64_t to = -ENXIO;

	spin_lock(&inode->lock, LOCK_INODE);
	if (pos < inode->size && inode->ops->seek_hole)
		to = (int64_t)inode->ops->seek_hole(inode, pos, hole);
	else if (pos < inode->size)
		to = (int64_t)(hole ? inode->size : pos);
	if (!hole && to == (int64_t)inode->size)
		to = -ENXIO;
	spin_unlock(&inode->lock);
	if (to >= 0)
		WRITE_ONCE(f->pos, (uint64_t)to);
	return to;
}

static int64_t regular_seek(struct file *f, int64_t offset, int whence)
{
	uint64_t before = READ_ONCE(f->pos);
	int64_t base = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)before
		       : whence == SEEK_END ? (int64_t)READ_ONCE(f->inode->size)
					    : -1;
	int64_t to;

	if (base < 0)
		return whence == SEEK_DATA || whence == SEEK_HOLE
			       ? seek_hole(f, (uint64_t)offset, whence == SEEK_HOLE)
			       : -EINVAL;
	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return -EINVAL;
	WRITE_ONCE(f->pos, (uint64_t)to);
	return to;
}

static long directory_read(struct file *, struct uio *)
{
	return -EISDIR;
}

static const struct file_ops regular_ops = {
	.read = regular_read,
	.write = regular_write,
	.read_unlocked = regular_read_unlocked,
	.write_unlocked = regular_write_unlocked,
	.seek = regular_seek,
};

long file_move_each(struct file *f, struct uio_entries *v, int64_t pos, bool write)
{
	struct inode *inode = f->inode;
	long (*op)(struct inode * file, uint64_t from, struct uio * u);
	bool own = pos < 0, more;
	long done = 0;

	if (f->ops != &regular_ops ||
	    (write && ((f->flags & O_APPEND) || file_size_limit() != UINT64_MAX)))
		return 0;
	if (!write)
		file_accessed(f);
	spin_lock(&inode->lock, LOCK_INODE);
	op = write ? inode->ops->write_unlocked : inode->ops->read_unlocked;
	more = op && !(own && READ_ONCE(f->movers));
	if (own)
		pos = (int64_t)READ_ONCE(f->pos);
	if (more && !write)
		file_accessed(f);
	while (more && v->count) {
		struct uio u = uio_user((*v->entry)[0], (*v->entry)[1]);
		long n = op(inode, (uint64_t)(pos + done), &u);

		done += n;
		more = !uio_entry_moved(v, &u, n);
		if (likely(more))
			v->entry++, v->count--;
	}
	if (own)
		advance(f, (uint64_t)pos, done);
	spin_unlock(&inode->lock);
	return done;
}

static uint32_t regular_poll(struct file *f, struct poll_entry *e)
{
	return f->inode->ops->poll(f->inode, e);
}

static const struct file_ops polled_ops = {
	.read = regular_read,
	.write = regular_write,
	.seek = regular_seek,
	.poll = regular_poll,
};

static const struct file_ops directory_ops = {
	.read = directory_read,
	.seek = regular_seek,
};

static const struct file_ops path_ops = {};

static int ops_of(struct inode *inode, uint32_t flags, const struct file_ops **ops)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;

	if (flags & O_PATH) {
		*ops = &path_ops;
		return 0;
	}
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		*ops = &regular_ops;
		return (write || (flags & O_TRUNC)) && inode_read_only(inode) ? -EROFS : 0;
	case S_IFDIR:
		*ops = &directory_ops;
		return write || (flags & O_CREAT) ? -EISDIR : 0;
	case S_IFCHR:
	case S_IFBLK:
		if (inode_forbids(inode, VOLUME_NODEV))
			return -EACCES;
		*ops = device_find(inode->mode & S_IFMT, inode->device);
		return *ops ? 0 : -ENXIO;
	case S_IFLNK:
		return -ELOOP;
	default:
		return -ENXIO;
	}
}

int file_open(struct inode *inode, uint32_t flags, struct file **out)
{
	const struct file_ops *ops;
	int err = ops_of(inode, flags, &ops);
	bool writer;

	if (err)
		return err;
	if (unlikely(inode->ops->poll) && ops == &regular_ops && inode->ops->poll(inode, NULL))
		ops = &polled_ops;
	writer = (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH) && inode_is(inode, S_IFREG);
	if (writer && unlikely(inode->mode & (S_ISUID | S_ISGID | 0111))) {
		if (file_is_running(inode))
			return -ETXTBSY;
		err = inode_privileges(inode) ? notify_guard(inode) : 0;
		if (err)
			return err;
	}
	if ((flags & O_TRUNC) && inode_is(inode, S_IFREG) && !(flags & O_PATH)) {
		err = inode->ops->truncate(inode, 0);
		if (err)
			return err;
	}
	*out = file_make(ops, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC),
			 inode_get(inode), NULL);
	if (!*out) {
		inode_put(inode);
		return -ENOMEM;
	}
	if (writer) {
		(*out)->writer = true;
		inode_count_writer(inode, 1);
	}
	err = unlikely(ops->open) ? ops->open(*out) : 0;
	if (err) {
		inode_put(inode);
		kmem_free(*out);
	}
	return err;
}

struct file *file_open_unlocked(struct inode *inode, uint32_t flags, uint32_t before)
{
	bool writer =
		(flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH) && inode_is(inode, S_IFREG);
	const struct file_ops *ops;
	struct file *f = NULL;

	if (!object_get_unless_gone(&inode->object))
		return NULL;
	if (writer)
		inode_count_writer(inode, 1);
	/* Whoever sets a lease or its mode, or runs it, sees from here on that it is open. */
	if (likely(!READ_ONCE(inode->locks)) &&
	    !(writer && unlikely(READ_ONCE(inode->mode) & (S_ISUID | S_ISGID | 0111))) &&
	    likely(!ops_of(inode, flags, &ops)) && likely(!ops->open) && peek_valid(before))
		f = file_make(ops, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_CLOEXEC), inode, NULL);
	if (likely(f)) {
		f->writer = writer;
		return f;
	}
	if (writer)
		inode_count_writer(inode, -1);
	inode_let_go(inode);
	return NULL;
}

long file_read_at(struct inode *inode, uint64_t pos, void *to, size_t n)
{
	struct uio u = uio_kernel(to, n);

	if (!inode_is(inode, S_IFREG))
		return -EACCES;
	inode_accessed(inode);
	return inode->ops->read(inode, pos, &u);
}
