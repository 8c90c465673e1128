/* System calls on open files. */
#include "ipc/pipe.h"
#include "mm/page.h"
#include "proc/signal.h"
#include "syscall/syscalls.h"
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

static long read_or_write(uint64_t fd, uint64_t buf, uint64_t len, bool write)
{
	struct file *f = user_file_get(fd);
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	long (*op)(struct file * file, struct uio * uio);
	long n;

	if (unlikely(!f))
		return -EBADF;
	op = write ? f->ops->write : f->ops->read;
	if (unlikely(write ? !file_writable(f) : !file_readable(f)))
		n = -EBADF;
	else if (unlikely(!op))
		n = -EINVAL;
	else if (unlikely(!user_range_ok(buf, len)))
		n = -EFAULT;
	else
		n = op(f, &u);
	if ((uint64_t)n != len)
		n = ended_early(f, &u, write, n);
	file_put(f);
	return n;
}

long sys_read(uint64_t fd, uint64_t buf, uint64_t len)
{
	return read_or_write(fd, buf, len, false);
}

static long write_result(long n)
{
	if (unlikely(n == -EPIPE))
		signal_raise(process_current(), SIGPIPE);
	return n;
}

long sys_write(uint64_t fd, uint64_t buf, uint64_t len)
{
	return write_result(read_or_write(fd, buf, len, true));
}

/* Nothing is moved unless every entry makes sense. */
static int check_vector(uint64_t iov, uint64_t count)
{
	uint64_t entry[2];

	if (count > IOV_MAX)
		return -EINVAL;
	for (; count; count--, iov += sizeof(entry)) {
		if (copy_from_user(entry, iov, sizeof(entry)) < 0)
			return -EFAULT;
		if ((int64_t)entry[1] < 0)
			return -EINVAL;
		if (!user_range_ok(entry[0], entry[1]))
			return -EFAULT;
	}
	return 0;
}

/* A short transfer ends the call: what comes after it would not be in its place. */
static long transfer(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		     uint64_t count)
{
	long done = 0;
	int err = op ? check_vector(iov, count) : -EINVAL;

	if (err)
		return err;
	for (; count; count--, iov += 16) {
		uint64_t entry[2];
		struct uio u;
		long n;

		/* Another thread may have changed it since. */
		if (copy_from_user(entry, iov, sizeof(entry)) < 0 ||
		    !user_range_ok(entry[0], entry[1]))
			return done ? done : -EFAULT;
		u = uio_user(entry[0], MIN(entry[1], RW_MAX - (size_t)done));
		n = u.left ? op(f, &u) : 0;
		while (n == -EPAGING) {
			n = space_bring_in();
			if (!n)
				n = op(f, &u);
		}
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((uint64_t)n < entry[1])
			break;
	}
	return done;
}

static long transfer_vector(uint64_t fd, uint64_t iov, uint64_t count, bool write)
{
	struct file *f = user_file_get(fd);
	long n = -EBADF;

	if (!f)
		return n;
	if (write ? file_writable(f) : file_readable(f))
		n = transfer(f, write ? f->ops->write : f->ops->read, iov, count);
	file_put(f);
	return n;
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
static long move_at(struct file *f, struct uio *u, uint64_t len, int64_t pos, bool write)
{
	long (*op)(struct inode * inode, uint64_t from, struct uio * uio);
	struct file at;
	long n;

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
	if (inode_is(f->inode, S_IFREG))
		return op(f->inode, (uint64_t)pos, u);
	if (write ? !f->ops->write : !f->ops->read)
		return -EINVAL;
	/* A device's position is the open file's: it gets one of its own for the time. */
	at = *f;
	at.pos = (uint64_t)pos;
	do
		n = write ? f->ops->write(&at, u) : f->ops->read(&at, u);
	while (n == -EPAGING && !(n = space_bring_in()));
	return n;
}

static long transfer_at(uint64_t fd, uint64_t buf, uint64_t len, int64_t pos, bool write)
{
	struct file *f = user_file_get(fd);
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	long n = -EBADF;

	if (!f)
		return n;
	if (write ? file_writable(f) : file_readable(f))
		n = move_at(f, &u, len, pos, write);
	file_put(f);
	return n;
}

long sys_pread64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return transfer_at(fd, buf, len, (int64_t)pos, false);
}

long sys_pwrite64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos)
{
	return transfer_at(fd, buf, len, (int64_t)pos, true);
}

/* Makes the file that an open with O_CREAT asks for, where links that lead to nothing lead. */
static int create(const struct path_base *base, const char *path, uint32_t mode, struct inode **out)
{
	uint32_t type = S_IFREG | (mode & S_PERM & ~process_current()->umask);
	struct path_base from = *base;
	struct inode *dir = NULL, *link = NULL, *next;
	struct path_last last;
	int err;

	for (unsigned int links = 0;; links++) {
		err = path_find_parent(&from, path, &last);
		if (dir)
			inode_put(dir);
		dir = err ? NULL : last.dir;
		if (!err)
			err = last.slash ? -EISDIR
					 : dir->ops->lookup(dir, last.name, last.len, &next);
		if (err == -ENOENT && dir)
			err = may_enter(dir)
				      ?: dir->ops->create(dir, last.name, last.len, type, 0, &next);
		if (err)
			break;
		if (!inode_is(next, S_IFLNK)) {
			*out = next;
			break;
		}
		if (link)
			inode_put(link);
		link = next;
		err = links < LINKS_MAX ? 0 : -ELOOP;
		if (err)
			break;
		path = link->ops->target(link);
		from.from = dir;
	}
	if (dir)
		inode_put(dir);
	if (link)
		inode_put(link);
	return err;
}

/* What an open with these flags must be allowed. */
static int may_open(const struct inode *inode, uint32_t flags)
{
	static const uint8_t masks[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
					MAY_READ | MAY_WRITE};

	if (flags & O_PATH)
		return 0;
	if ((flags & O_NOATIME) && !may_own(inode))
		return -EPERM;
	return may(inode, masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0u));
}

static int open_inode(const struct path_base *base, const char *path, uint32_t flags, uint32_t mode,
		      struct inode **out)
{
	bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
	int err = path_find(base, path, !(flags & O_NOFOLLOW) && !exclusive, out);

	if (err == -ENOENT && (flags & O_CREAT))
		return create(base, path, mode, out);
	if (!err && exclusive)
		err = -EEXIST;
	else if (!err && (flags & O_DIRECTORY) && !inode_is(*out, S_IFDIR))
		err = -ENOTDIR;
	else if (!err && unlikely(thread_current()->confined))
		err = may_open(*out, flags);
	else
		return err;
	if (err)
		inode_put(*out);
	return err;
}

static long open_at(int dirfd, uint64_t path, uint32_t flags, uint32_t mode)
{
	struct process *p = process_current();
	char buffer[PATH_LEN_MAX];
	struct path_base base;
	struct inode *inode;
	struct file *f;
	int err = user_path(buffer, path, false);

	if (!err)
		err = user_base(dirfd, buffer, &base);
	if (!err)
		err = open_inode(&base, buffer, flags, mode, &inode);
	if (err)
		return err;
	if (inode_is(inode, S_IFIFO) && !(flags & O_PATH))
		err = fifo_open(inode, flags & (O_ACCMODE | O_NONBLOCK), &f);
	else
		err = file_open(inode, flags, &f);
	inode_put(inode);
	if (err)
		return err;
	err = files_add(p->files, f, 0, flags & O_CLOEXEC);
	if (err < 0)
		file_put(f);
	return err;
}

long sys_open(uint64_t path, uint64_t flags, uint64_t mode)
{
	return open_at(AT_FDCWD, path, (uint32_t)flags, (uint32_t)mode);
}

long sys_openat(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mode)
{
	return open_at((int)dirfd, path, (uint32_t)flags, (uint32_t)mode);
}

long sys_creat(uint64_t path, uint64_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, (uint32_t)mode);
}

long sys_close(uint64_t fd)
{
	return files_close(process_current()->files, fd);
}

long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	return f->ops->seek ? f->ops->seek(f, (int64_t)offset, (int)whence) : -ESPIPE;
}

long sys_ftruncate(uint64_t fd, uint64_t size)
{
	struct file *f = user_file(fd);
	struct inode *inode;
	int err;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode || !inode_is(f->inode, S_IFREG) || !file_writable(f) || (int64_t)size < 0)
		return -EINVAL;
	inode = inode_get(f->inode);
	err = inode->ops->truncate(inode, size);
	inode_put(inode);
	return err;
}

/* Bytes of `in`, at `pos` if it is not NULL (which then moves on), to `out`. */
static long pump(struct file *out, struct file *in, uint64_t *pos, size_t count)
{
	struct page *page = page_alloc();
	long done = 0, n = 0;

	if (!page)
		return -ENOMEM;
	while (count) {
		struct uio from = uio_kernel(page_to_virt(page), MIN(count, PAGE_SIZE)), to;

		n = pos ? in->inode->ops->read(in->inode, *pos, &from) : in->ops->read(in, &from);
		if (n <= 0)
			break;
		to = uio_kernel(page_to_virt(page), (size_t)n);
		n = out->ops->write(out, &to);
		if (n <= 0)
			break;
		if (pos)
			*pos += (uint64_t)n;
		done += n;
		count -= (size_t)n;
	}
	page_put(page);
	return done ? done : n;
}

long sys_sendfile(uint64_t out_fd, uint64_t in_fd, uint64_t offset_at, uint64_t count)
{
	struct file *out = user_file_get(out_fd), *in = user_file_get(in_fd);
	uint64_t pos;
	long n = -EBADF;

	if (!out || !in || !file_writable(out) || !file_readable(in))
		goto done;
	n = -EINVAL;
	if (!out->ops->write || !in->inode || !inode_is(in->inode, S_IFREG))
		goto done;
	n = -EFAULT;
	if (offset_at && copy_from_user(&pos, offset_at, sizeof(pos)) < 0)
		goto done;
	n = pump(out, in, offset_at ? &pos : NULL, MIN(count, RW_MAX));
	if (offset_at && n >= 0 && copy_to_user(offset_at, &pos, sizeof(pos)) < 0)
		n = -EFAULT;
done:
	if (out)
		file_put(out);
	if (in)
		file_put(in);
	return write_result(n);
}
