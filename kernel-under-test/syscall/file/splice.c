/* splice, tee, vmsplice, copy_file_range. */
#include "ipc/pipe.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "syscall/user.h"

#define SPLICE_NONBLOCK 2
#define SPLICE_FLAGS	15
#define SPLICE_CHUNK	(16 * PAGE_SIZE)

/* One end: a pipe, or a file at its own position or at an explicit one. */
struct side {
	struct file *file;
	uint64_t pos, at; /* at: address of the user's offset; 0: the file's position */
	bool pipe;
};

bool user_has_bytes(const struct file *f)
{
	if (f->inode)
		return !inode_is(f->inode, S_IFDIR);
	return pipe_is(f) || (f->ops->kind && strcmp(f->ops->kind, "socket") == 0);
}

static int side_get(struct side *s, uint64_t fd, uint64_t at, bool write)
{
	*s = (struct side){.file = user_file_get(fd), .at = at};
	if (!s->file || (write ? !file_writable(s->file) : !file_readable(s->file)))
		return -EBADF;
	s->pipe = pipe_is(s->file);
	if (s->pipe)
		return at ? -ESPIPE : 0;
	if (!at)
		return 0;
	if (!s->file->ops->seek || !s->file->inode)
		return -ESPIPE;
	if (copy_from_user(&s->pos, at, sizeof(s->pos)) < 0)
		return -EFAULT;
	return (int64_t)s->pos < 0 ? -EINVAL : 0;
}

static long side_put(struct side *s, long n)
{
	if (s->at && n > 0 && copy_to_user(s->at, &s->pos, sizeof(s->pos)) < 0)
		n = -EFAULT;
	if (s->file)
		file_put(s->file);
	return n;
}

static long side_read(struct side *s, void *to, size_t n)
{
	struct uio u = uio_kernel(to, n);
	struct file at;

	if (s->pipe)
		return pipe_peek(s->file, to, n);
	if (!s->file->ops->read)
		return -EINVAL;
	if (!s->at)
		return s->file->ops->read(s->file, &u);
	if (inode_is(s->file->inode, S_IFREG)) {
		file_accessed(s->file);
		return s->file->inode->ops->read(s->file->inode, s->pos, &u);
	}
	at = *s->file;
	at.pos = s->pos;
	return s->file->ops->read(&at, &u);
}

static long side_write(struct side *s, void *from, size_t n)
{
	struct uio u = uio_kernel(from, n);

	if (!s->file->ops->write)
		return -EINVAL;
	if (s->at && inode_is(s->file->inode, S_IFREG))
		return file_clamp_to_limit(s->file->inode, s->pos, &u)
			       ?: s->file->inode->ops->write(s->file->inode, s->pos, &u);
	return s->file->ops->write(s->file, &u);
}

/* One round: copies what is available and fits. `keep`: leaves it in the pipe. */
static long splice_once(struct side *in, struct side *out, size_t len, bool nonblock, bool keep)
{
	char *buffer;
	long n = 0;

	len = MIN(len, SPLICE_CHUNK);
	if (in->pipe)
		n = pipe_wait(in->file, false, nonblock || (in->file->flags & O_NONBLOCK));
	if (n > 0 || !in->pipe)
		n = out->pipe ? pipe_wait(out->file, true,
					  nonblock || (out->file->flags & O_NONBLOCK))
			      : (long)len;
	if (n <= 0)
		return n;
	buffer = kmem_alloc(SPLICE_CHUNK);
	if (!buffer)
		return -ENOMEM;
	n = side_read(in, buffer, MIN(len, (size_t)n));
	if (n > 0)
		n = side_write(out, buffer, (size_t)n);
	kmem_free(buffer);
	if (n > 0 && in->pipe && !keep)
		pipe_skip(in->file, (size_t)n);
	if (n > 0) {
		in->pos += in->at ? (uint64_t)n : 0;
		out->pos += out->at ? (uint64_t)n : 0;
	}
	return n;
}

/* Waits for the pipes; what one was found to hold stays until it is taken. */
static long wait_and_splice(struct side *in, struct side *out, size_t len, bool nonblock, bool keep)
{
	long n;

	if (in->pipe)
		pipe_enter(in->file);
	if (out->pipe)
		pipe_enter(out->file);
	n = splice_once(in, out, len, nonblock, keep);
	if (out->pipe)
		pipe_leave(out->file);
	if (in->pipe)
		pipe_leave(in->file);
	return n;
}

static long splice_all(struct side *in, struct side *out, size_t len, bool nonblock)
{
	long done = 0, n = 0;

	/* Later input is not waited for. */
	while (len && (n = wait_and_splice(in, out, len, nonblock || done, false)) > 0) {
		done += n;
		len -= (size_t)n;
	}
	return done ? done : n;
}

/* `keep`: tee(), between pipes. */
static long splice(uint64_t in_fd, uint64_t in_at, uint64_t out_fd, uint64_t out_at, uint64_t len,
		   uint64_t flags, bool keep)
{
	struct side in, out = {NULL, 0, 0, false};
	bool nonblock = flags & SPLICE_NONBLOCK;
	long n;

	if (flags & ~(uint64_t)SPLICE_FLAGS)
		return -EINVAL;
	if (!len)
		return 0;
	n = side_get(&in, in_fd, in_at, false) ?: side_get(&out, out_fd, out_at, true);
	if (!n && (!user_has_bytes(in.file) || !user_has_bytes(out.file)))
		n = -EINVAL;
	if (!n && ((keep ? !in.pipe || !out.pipe : !in.pipe && !out.pipe) ||
		   (in.pipe && out.pipe && pipe_same(in.file, out.file)) ||
		   (!out.pipe && (out.file->flags & O_APPEND))))
		n = -EINVAL;
	if (!n)
		n = keep ? wait_and_splice(&in, &out, len, nonblock, true)
			 : splice_all(&in, &out, MIN(len, RW_MAX), nonblock);
	n = side_put(&in, n);
	return user_check_sigpipe(side_put(&out, n));
}

long sys_splice(uint64_t in_fd, uint64_t in_at, uint64_t out_fd, uint64_t out_at, uint64_t len,
		uint64_t flags)
{
	return splice(in_fd, in_at, out_fd, out_at, len, flags, false);
}

long sys_tee(uint64_t in_fd, uint64_t out_fd, uint64_t len, uint64_t flags)
{
	return splice(in_fd, 0, out_fd, 0, len, flags, true);
}

long sys_vmsplice(uint64_t fd, uint64_t iov, uint64_t count, uint64_t flags)
{
	struct file *f = user_file_get(fd), now;
	bool write;
	long n;

	if (flags & ~(uint64_t)SPLICE_FLAGS)
		n = -EINVAL;
	else
		n = f && pipe_is(f) ? 0 : -EBADF;
	if (!n && count) {
		/* Waits until there is data, or space. */
		write = file_writable(f);
		n = pipe_wait(f, write, (flags & SPLICE_NONBLOCK) || (f->flags & O_NONBLOCK));
	}
	if (n > 0) {
		now = *f;
		now.flags |= O_NONBLOCK;
		n = transfer_vec(&now, write ? now.ops->write : now.ops->read, iov, count);
		/* Writes up to PIPE_BUF are atomic: there was space, but not enough. */
		if (n == -EAGAIN && !(flags & SPLICE_NONBLOCK) && !(f->flags & O_NONBLOCK))
			n = transfer_vec(f, f->ops->write, iov, count);
	}
	if (f)
		file_put(f);
	return user_check_sigpipe(n);
}

static int check_regular_files(const struct file *in, const struct file *out)
{
	if (!in || !out)
		return -EBADF;
	if ((in->inode && inode_is(in->inode, S_IFDIR)) ||
	    (out->inode && inode_is(out->inode, S_IFDIR)))
		return -EISDIR;
	return in->inode && inode_is(in->inode, S_IFREG) && out->inode &&
			       inode_is(out->inode, S_IFREG)
		       ? 0
		       : -EINVAL;
}

long sys_copy_file_range(uint64_t in_fd, uint64_t in_at, uint64_t out_fd, uint64_t out_at,
			 uint64_t len, uint64_t flags)
{
	struct side in = {NULL, 0, 0, false}, out = in;
	uint64_t from, to;
	long n = flags ? -EINVAL : check_regular_files(user_file(in_fd), user_file(out_fd));

	if (n)
		return n;
	n = side_get(&in, in_fd, in_at, false) ?: side_get(&out, out_fd, out_at, true);
	if (!n && (out.file->flags & O_APPEND))
		n = -EBADF;
	if (!n) {
		from = in_at ? in.pos : in.file->pos;
		to = out_at ? out.pos : out.file->pos;
		if (from + len < from || to + len < to)
			n = -EOVERFLOW;
		else if (to >= INT64_MAX)
			n = -EFBIG;
		len = MIN(len, RW_MAX);
		len = MIN(len, INT64_MAX - MAX(from, to));
		if (n)
			;
		else if (in.file->inode == out.file->inode && from < to + len && to < from + len)
			n = -EINVAL;
		else
			n = splice_all(&in, &out, len, false);
	}
	n = side_put(&in, n);
	return side_put(&out, n);
}
