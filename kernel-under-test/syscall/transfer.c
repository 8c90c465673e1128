/* System calls that move bytes of open files. */
#include "arch/spin.h"
#include "proc/signal.h"
#include "syscall/user.h"

#define IOV_MAX 1024

/* Not all was moved, or nothing. */
static long ended_early(struct file *f, struct uio *u, bool write, long n)
{
	long (*op)(struct file * file, struct uio * uio) = write ? f->ops->write : f->ops->read;

	while (n == -EPAGING) {
		n = space_bring_in();
		if (!n)
			n = op(f, u);
	}
	/* The reader went while the writer slept: the signal comes though a part was written. */
	if (write && n > 0 && u->left && (file_poll(f, NULL) & POLL_ERR))
		signal_raise(process_current(), SIGPIPE);
	return n;
}

/* With the kernel lock. */
static inline __attribute__((always_inline)) long transfer(struct file *f, struct uio *u,
							   size_t len, bool write)
{
	long n;

	file_get(f);
	n = write ? f->ops->write(f, u) : f->ops->read(f, u);
	if ((uint64_t)n != len)
		n = ended_early(f, u, write, n);
	file_put(f);
	return n;
}

static long write_result(long n)
{
	if (unlikely(n == -EPIPE))
		signal_raise(process_current(), SIGPIPE);
	return n;
}

static inline __attribute__((always_inline)) bool open_for(const struct file *f, bool write)
{
	return likely(f) && likely(write ? file_writable(f) : file_readable(f));
}

/* The rest, with the kernel lock, after `done` without. `f` NULL: is looked up again. */
static inline __attribute__((always_inline)) long finish(struct file *f, uint64_t fd, struct uio *u,
							 size_t len, long done, bool write)
{
	long n = -EBADF;

	bool waited = kernel_lock();

	if (u->held) {
		f = u->held;
	} else if (unlikely(waited) || !f) {
		f = user_file(fd);
		if (!open_for(f, write))
			goto out;
		n = -EINVAL;
		if (!(write ? f->ops->write : f->ops->read))
			goto out;
	}
	n = transfer(f, u, len - (size_t)done, write);
	if (write)
		n = write_result(n);
	if (unlikely(u->held))
		file_put(f);
out:
	kernel_unlock();
	return likely(!done) ? n : done + MAX(n, 0);
}

static __attribute__((noinline)) long read_rest(struct file *f, uint64_t fd, struct uio *u,
						size_t len, long done)
{
	return finish(f, fd, u, len, done, false);
}

static __attribute__((noinline)) long write_rest(struct file *f, uint64_t fd, struct uio *u,
						 size_t len, long done)
{
	return finish(f, fd, u, len, done, true);
}

/* What goes without the kernel lock goes without; the rest stays in `u`, and is done with it. */
static inline __attribute__((always_inline)) long read_or_write(uint64_t fd, uint64_t buf,
								uint64_t len, bool write)
{
	struct file *f = user_file(fd);
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	long (*op)(struct file * file, struct uio * uio);
	long done = 0;

	if (!open_for(f, write))
		return -EBADF;
	op = write ? f->ops->write_unlocked : f->ops->read_unlocked;
	if (!op && unlikely(!(write ? f->ops->write : f->ops->read)))
		return -EINVAL;
	if (unlikely(!user_range_ok(buf, len)))
		return -EFAULT;
	if (op) {
		done = op(f, &u);
		if (!u.left && likely(len))
			return done;
		f = NULL;
	}
	return write ? write_rest(f, fd, &u, len, done) : read_rest(f, fd, &u, len, done);
}

/* Both run without the kernel lock, and take it for what can't be done without. */
long sys_read(uint64_t fd, uint64_t buf, uint64_t len)
{
	return read_or_write(fd, buf, len, false);
}

long sys_write(uint64_t fd, uint64_t buf, uint64_t len)
{
	return read_or_write(fd, buf, len, true);
}

long vector_size(uint64_t iov, uint64_t count)
{
	uint64_t entry[2], size = 0;

	for (; count; count--, iov += sizeof(entry)) {
		if (copy_from_user(entry, iov, sizeof(entry)) < 0)
			return -EFAULT;
		if ((int64_t)entry[1] < 0)
			return -EINVAL;
		if (!user_range_ok(entry[0], entry[1]))
			return -EFAULT;
		size = MIN(size + entry[1], RW_MAX);
	}
	return (long)size;
}

static long transfer_vector(uint64_t fd, uint64_t iov, uint64_t count, bool write)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	if (!f || !(write ? file_writable(f) : file_readable(f)))
		return -EBADF;
	return transfer_each(f, write ? f->ops->write : f->ops->read, iov, count);
}

long sys_readv(uint64_t fd, uint64_t iov, uint64_t count)
{
	return transfer_vector(fd, iov, count, false);
}

long sys_writev(uint64_t fd, uint64_t iov, uint64_t count)
{
	return write_result(transfer_vector(fd, iov, count, true));
}

/* Reads or writes at `pos`, and leaves the file's own position alone. */
static long transfer_at(struct file *f, struct uio *u, size_t len, int64_t pos, bool write)
{
	long (*op)(struct inode * inode, uint64_t from, struct uio * uio);
	struct file at;
	long n;

	if (!f || (write ? !file_writable(f) : !file_readable(f)))
		return -EBADF;
	if (pos < 0)
		return -EINVAL;
	if (!f->inode || !f->ops->seek)
		return -ESPIPE;
	if (!user_range_ok(u->base, len))
		return -EFAULT;
	if (inode_is(f->inode, S_IFDIR))
		return -EISDIR;
	op = write ? f->inode->ops->write : f->inode->ops->read;
	/* As on Linux, and against POSIX: a file opened to append is appended to here too. */
	if (write && (f->flags & O_APPEND))
		pos = (int64_t)f->inode->size;
	if (inode_is(f->inode, S_IFREG)) {
		n = write ? file_limit(f->inode, (uint64_t)pos, u) : 0;
		return n ? n : op(f->inode, (uint64_t)pos, u);
	}
	if (write ? !f->ops->write : !f->ops->read)
		return -EINVAL;
	/* A device's position is the open file's: it gets one of its own for the time. */
	at = *f;
	at.pos = (uint64_t)pos;
	return WITH_PAGES(write ? f->ops->write(&at, u) : f->ops->read(&at, u));
}

/* Without the kernel lock, for the usual case; what is left in `u` is for transfer_at(). */
static long transfer_at_unlocked(struct file *f, struct uio *u, int64_t pos, bool write)
{
	long (*op)(struct inode * inode, uint64_t from, struct uio * uio);
	struct inode *inode = f ? f->inode : NULL;
	long n;

	if (!inode || !inode_is(inode, S_IFREG) || pos < 0 ||
	    !(write ? file_writable(f) && !(f->flags & O_APPEND) : file_readable(f)))
		return 0;
	op = write ? inode->ops->write_unlocked : inode->ops->read_unlocked;
	if (!op)
		return 0;
	spin_lock(&inode->lock, LOCK_INODE);
	n = op(inode, (uint64_t)pos, u);
	spin_unlock(&inode->lock);
	return n;
}

static long pread_or_pwrite(uint64_t fd, uint64_t buf, size_t len, int64_t pos, bool write)
{
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	struct file *f = user_file(fd);
	long done = 0, n;

	if (likely(len && user_range_ok(buf, len))) {
		done = transfer_at_unlocked(f, &u, pos, write);
		if (likely(!u.left))
			return done;
	}
	if (kernel_lock())
		f = user_file(fd);
	if (f)
		file_get(f);
	n = transfer_at(f, &u, len - (size_t)done, pos + done, write);
	if (f)
		file_put(f);
	kernel_unlock();
	return likely(!done) ? n : done + MAX(n, 0);
}

/* Both run without the kernel lock, and take it for what can't be done without. */
long sys_pread64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return pread_or_pwrite(fd, buf, len, (int64_t)pos, false);
}

long sys_pwrite64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return pread_or_pwrite(fd, buf, len, (int64_t)pos, true);
}

/*
 * Moves each entry by `op`, or at `pos` if that is not below 0. A short transfer ends the call:
 * what comes after it would not be in its place.
 */
static long each(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		 uint64_t count, int64_t pos, bool write)
{
	long done = 0, n = count > IOV_MAX ? -EINVAL : vector_size(iov, count);

	/* Nothing is moved unless every entry makes sense. */
	if (n < 0)
		return n;
	for (; count; count--, iov += 16) {
		uint64_t entry[2];
		struct uio u;

		/* Another thread may have changed it since. */
		if (copy_from_user(entry, iov, sizeof(entry)) < 0 ||
		    !user_range_ok(entry[0], entry[1]))
			return done ? done : -EFAULT;
		u = uio_user(entry[0], MIN(entry[1], RW_MAX - (size_t)done));
		n = !u.left   ? 0
		    : pos < 0 ? WITH_PAGES(op(f, &u))
			      : transfer_at(f, &u, u.left, pos + done, write);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((uint64_t)n < entry[1])
			break;
	}
	return done;
}

long transfer_each(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		   uint64_t count)
{
	return op ? each(f, op, iov, count, -1, false) : -EINVAL;
}

static long transfer_vector_at(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, bool write)
{
	struct file *f SCOPED(file_put) = NULL;

	if ((int64_t)pos < 0)
		return -EINVAL;
	f = user_file_get(fd);
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode || !f->ops->seek)
		return -ESPIPE;
	if (!(write ? file_writable(f) : file_readable(f)))
		return -EBADF;
	return each(f, NULL, iov, count, (int64_t)pos, write);
}

long sys_preadv(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector_at(fd, iov, count, pos, false);
}

long sys_pwritev(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector_at(fd, iov, count, pos, true);
}

#define RWF_HIPRI 1

/* Of the flags, only the one that asks for haste is there: it may be ignored. */
long sys_preadv2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t pos_high,
		 uint64_t flags)
{
	(void)pos_high;
	if ((uint32_t)flags & ~RWF_HIPRI)
		return user_file(fd) ? -EOPNOTSUPP : -EBADF;
	return (int64_t)pos == -1 ? sys_readv(fd, iov, count) : sys_preadv(fd, iov, count, pos);
}

long sys_pwritev2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t pos_high,
		  uint64_t flags)
{
	(void)pos_high;
	if ((uint32_t)flags & ~RWF_HIPRI)
		return user_file(fd) ? -EOPNOTSUPP : -EBADF;
	return (int64_t)pos == -1 ? sys_writev(fd, iov, count) : sys_pwritev(fd, iov, count, pos);
}
