/* read, write, pread, pwrite. */
#include "arch/spin.h"
#include "proc/signal/signal.h"
#include "syscall/user.h"

/* After an incomplete transfer: faults in pages and goes on, or ends the call. */
static long finish_short_transfer(struct file *f, struct uio *u, bool write, long n)
{
	long (*op)(struct file * file, struct uio * uio) = write ? f->ops->write : f->ops->read;

	while (n == -EPAGING) {
		n = space_page_in();
		if (!n)
			n = op(f, u);
	}
	/* The reader left while the writer slept: SIGPIPE despite the partial write. */
	if (write && n > 0 && u->left && (file_poll(f, NULL) & POLL_ERR))
		signal_raise_current(SIGPIPE);
	return n;
}

/* With the kernel lock. */
static always_inline long transfer(struct file *f, struct uio *u, size_t len, bool write)
{
	long n;

	file_get(f);
	n = write ? f->ops->write(f, u) : f->ops->read(f, u);
	if ((uint64_t)n != len)
		n = finish_short_transfer(f, u, write, n);
	file_put(f);
	return n;
}

long user_check_sigpipe(long n)
{
	if (unlikely(n == -EPIPE))
		signal_raise_current(SIGPIPE);
	return n;
}

static always_inline bool open_for(const struct file *f, bool write)
{
	return likely(f) && likely(write ? file_writable(f) : file_readable(f));
}

/* The rest, with the kernel lock, after `done` bytes without. `f` NULL: looked up again. */
static always_inline long finish(struct file *f, uint64_t fd, struct uio *u, size_t len, long done,
				 bool write)
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
		user_check_sigpipe(n);
	if (unlikely(u->held))
		file_put(f);
out:
	kernel_unlock();
	return likely(!done) ? n : done + MAX(n, 0);
}

static noinline long read_rest(struct file *f, uint64_t fd, struct uio *u, size_t len, long done)
{
	return finish(f, fd, u, len, done, false);
}

static noinline long write_rest(struct file *f, uint64_t fd, struct uio *u, size_t len, long done)
{
	return finish(f, fd, u, len, done, true);
}

/* First what can be done without the kernel lock; the rest stays in `u`. */
static always_inline long read_or_write(uint64_t fd, uint64_t buf, uint64_t len, bool write)
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

/* Both run without the kernel lock, unless a file needs it. */
long sys_read(uint64_t fd, uint64_t buf, uint64_t len)
{
	return read_or_write(fd, buf, len, false);
}

long sys_write(uint64_t fd, uint64_t buf, uint64_t len)
{
	return read_or_write(fd, buf, len, true);
}

/* Transfers at `pos`; the file's own position is unaffected. */
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
	if (u->user && !user_range_ok(u->base, len))
		return -EFAULT;
	if (inode_is(f->inode, S_IFDIR))
		return -EISDIR;
	op = write ? f->inode->ops->write : f->inode->ops->read;
	/* As on Linux and contrary to POSIX: O_APPEND overrides the offset. */
	if (write && (f->flags & O_APPEND))
		pos = (int64_t)f->inode->size;
	if (inode_is(f->inode, S_IFREG)) {
		n = write ? file_clamp_to_limit(f->inode, (uint64_t)pos, u) : (file_accessed(f), 0);
		return n ? n : op(f->inode, (uint64_t)pos, u);
	}
	if (write ? !f->ops->write : !f->ops->read)
		return -EINVAL;
	/* Devices use the position of the open file: pass a temporary copy. */
	at = *f;
	at.pos = (uint64_t)pos;
	return WITH_PAGES(write ? f->ops->write(&at, u) : f->ops->read(&at, u));
}

/* The usual case, without the kernel lock; the rest in `u` is for transfer_at(). */
static always_inline long transfer_at_unlocked(struct file *f, struct uio *u, int64_t pos,
					       bool write)
{
	long (*op)(struct inode * inode, uint64_t from, struct uio * uio);
	struct inode *inode = f ? f->inode : NULL;
	long n;

	if (!inode || !inode_is(inode, S_IFREG) || pos < 0 ||
	    !(write ? file_writable(f) && !(f->flags & O_APPEND) : file_readable(f)))
		return 0;
	if (!write)
		file_accessed(f);
	else if ((uint64_t)pos + u->left > READ_ONCE(inode->size) &&
		 file_size_limit() != UINT64_MAX)
		return 0;
	spin_lock(&inode->lock, LOCK_INODE);
	/* Read under inode.lock, since sealing replaces the operation under that lock. */
	op = write ? inode->ops->write_unlocked : inode->ops->read_unlocked;
	n = op ? op(inode, (uint64_t)pos, u) : 0;
	spin_unlock(&inode->lock);
	return n;
}

long user_transfer_at(struct file *f, struct uio *u, int64_t pos, bool write)
{
	/* Shorter even for a caller that holds the kernel lock. */
	long done = u->user ? transfer_at_unlocked(f, u, pos, write) : 0, n;

	if (!u->left)
		return done;
	n = transfer_at(f, u, u->left, pos + done, write);
	return done ? done + MAX(n, 0) : n;
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

/* Both run without the kernel lock, unless a file needs it. */
long sys_pread64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return pread_or_pwrite(fd, buf, len, (int64_t)pos, false);
}

long sys_pwrite64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return pread_or_pwrite(fd, buf, len, (int64_t)pos, true);
}
