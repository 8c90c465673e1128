/* Regular files and directories: I/O through inode_ops at the position of the open file. */
#include "arch/spin.h"
#include "fs/file.h"
#include "fs/volume.h"
#include "lib/errno.h"

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

/* Fails, rightly, if a seek came in between: that has the last word. */
static void advance(struct file *f, uint64_t pos, long moved)
{
	if (moved > 0)
		__atomic_compare_exchange_n(&f->pos, &pos, pos + (uint64_t)moved, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/*
 * Keeps out transfers without the kernel lock, which check pos_holders under inode.lock: once that
 * lock was held here, none is under way and none will begin.
 */
static void begin_locked_io(struct file *f)
{
	f->pos_holders++;
	spin_lock(&f->inode->lock, LOCK_INODE);
	spin_unlock(&f->inode->lock);
}

static long regular_read(struct file *f, struct uio *u)
{
	uint64_t pos;
	long n;

	file_accessed(f);
	begin_locked_io(f);
	pos = f->pos;
	n = f->inode->ops->read(f->inode, pos, u);
	advance(f, pos, n);
	f->pos_holders--;
	return n;
}

int file_clamp_to_limit(const struct inode *inode, uint64_t pos, struct uio *u)
{
	uint64_t limit = file_size_limit();

	if (likely(limit == UINT64_MAX) || !inode_is(inode, S_IFREG) || !u->left)
		return 0;
	if (pos >= limit) {
		file_limit_exceeded();
		return -EFBIG;
	}
	u->left = MIN(u->left, limit - pos);
	return 0;
}

static long regular_write(struct file *f, struct uio *u)
{
	uint64_t pos, at;
	long n;

	begin_locked_io(f);
	pos = f->pos;
	at = f->flags & O_APPEND ? f->inode->size : pos;
	n = file_clamp_to_limit(f->inode, at, u) ?: f->inode->ops->write(f->inode, at, u);
	advance(f, pos, n > 0 ? (long)(at - pos) + n : n);
	f->pos_holders--;
	return n;
}

/* With inode.lock. A write that may hit RLIMIT_FSIZE takes the kernel lock. */
static inline bool within_limit(const struct inode *inode, uint64_t end)
{
	return likely(end <= inode->size) || file_size_limit() == UINT64_MAX;
}

/* The operation is read under inode.lock, since sealing a file replaces it under that lock. */
static always_inline long transfer_unlocked(struct file *f, struct uio *u, bool write)
{
	long (*op)(struct inode * file, uint64_t from, struct uio * bytes);
	struct inode *inode = f->inode;
	long n = 0;

	spin_lock(&inode->lock, LOCK_INODE);
	op = write ? inode->ops->write_unlocked : inode->ops->read_unlocked;
	if (likely(op && !READ_ONCE(f->pos_holders))) {
		uint64_t pos = READ_ONCE(f->pos), at = pos;

		if (write && unlikely(f->flags & O_APPEND))
			at = inode->size;
		if (!write || within_limit(inode, at + u->left)) {
			n = op(inode, at, u);
			advance(f, pos, n > 0 ? (long)(at - pos) + n : n);
		}
	}
	spin_unlock(&inode->lock);
	return n;
}

static long regular_read_unlocked(struct file *f, struct uio *u)
{
	file_accessed(f);
	return transfer_unlocked(f, u, false);
}

static long regular_write_unlocked(struct file *f, struct uio *u)
{
	return transfer_unlocked(f, u, true);
}

/* Every file has an implicit hole at its end; past the end there is neither data nor hole. */
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

const struct file_ops file_regular_ops = {
	.read = regular_read,
	.write = regular_write,
	.read_unlocked = regular_read_unlocked,
	.write_unlocked = regular_write_unlocked,
	.seek = regular_seek,
};

long file_transfer_vec(struct file *f, struct uio_vec *v, int64_t pos, bool write)
{
	struct inode *inode = f->inode;
	long (*op)(struct inode * file, uint64_t from, struct uio * u);
	bool own = pos < 0, more;
	long done = 0;

	if (f->ops != &file_regular_ops ||
	    (write && ((f->flags & O_APPEND) || file_size_limit() != UINT64_MAX)))
		return 0;
	if (!write)
		file_accessed(f);
	spin_lock(&inode->lock, LOCK_INODE);
	op = write ? inode->ops->write_unlocked : inode->ops->read_unlocked;
	more = op && !(own && READ_ONCE(f->pos_holders));
	if (own)
		pos = (int64_t)READ_ONCE(f->pos);
	while (more && v->count) {
		struct uio u = uio_user((*v->entry)[0], (*v->entry)[1]);
		long n = op(inode, (uint64_t)(pos + done), &u);

		done += n;
		more = !uio_vec_is_short(v, &u, n);
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

const struct file_ops file_polled_ops = {
	.read = regular_read,
	.write = regular_write,
	.seek = regular_seek,
	.poll = regular_poll,
};

const struct file_ops file_directory_ops = {
	.read = directory_read,
	.seek = regular_seek,
};
