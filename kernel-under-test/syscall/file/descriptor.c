/* System calls on descriptors: dup, fcntl, ioctl, pipe. */
#include "arch/spin.h"
#include "ipc/pipe.h"
#include "proc/signal/async.h"
#include "syscall/user.h"

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ	1031
#define F_GETPIPE_SZ	1032
#define F_ADD_SEALS	1033
#define F_GET_SEALS	1034
#define FD_CLOEXEC	1

static long dup_from(uint64_t fd, uint64_t from, bool cloexec)
{
	struct files *t = process_current()->files;
	struct file *f = files_find(t, fd);
	int new;

	if (!f)
		return -EBADF;
	if (from >= t->limit)
		return -EINVAL;
	new = files_add(t, file_get(f), (uint32_t)from, cloexec);
	if (new < 0)
		file_put_unlocked(f);
	return new;
}

/* Without the kernel lock, unless the table must grow. */
long sys_dup(uint64_t fd)
{
	long new = files_dup(process_current()->files, fd);

	return likely(new != -EAGAIN) ? new : WITH_KERNEL_LOCK(dup_from(fd, 0, false));
}

static long dup_to(uint64_t fd, uint64_t to, bool cloexec)
{
	struct files *t = process_current()->files;
	struct file *f = files_find(t, fd);
	int err;

	if (!f || to >= t->limit)
		return -EBADF;
	err = files_replace(t, file_get(f), (uint32_t)to, cloexec);
	if (err < 0)
		file_put(f);
	return err;
}

long sys_dup2(uint64_t fd, uint64_t to)
{
	if (fd == to)
		return user_file(fd) ? (long)fd : -EBADF;
	return dup_to(fd, to, false);
}

long sys_dup3(uint64_t fd, uint64_t to, uint64_t flags)
{
	if (fd == to || (flags & ~(uint64_t)O_CLOEXEC))
		return -EINVAL;
	return dup_to(fd, to, flags & O_CLOEXEC);
}

#define CLOSE_RANGE_UNSHARE 2
#define CLOSE_RANGE_CLOEXEC 4

long sys_close_range(uint64_t first, uint64_t last, uint64_t flags)
{
	struct process *p = process_current();

	first = (uint32_t)first;
	last = (uint32_t)last;
	if (((uint32_t)flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) || first > last)
		return -EINVAL;
	/* Threads of a process always share a table. */
	if (flags & CLOSE_RANGE_UNSHARE) {
		long err = p->thread_count > 1 ? -EINVAL : process_unshare_files();

		if (err)
			return err;
	}
	for (uint64_t fd = first; fd <= last && fd < p->files->capacity; fd++) {
		if (!files_find(p->files, fd))
			continue;
		if (flags & CLOSE_RANGE_CLOEXEC)
			files_set_cloexec(p->files, (uint32_t)fd, true);
		else
			files_close(p->files, fd);
	}
	return 0;
}

static noinline long set_flags(struct file *f, int fd, uint32_t flags)
{
	const uint32_t settable = O_APPEND | O_NONBLOCK | O_NOATIME | (pipe_is(f) ? O_DIRECT : 0);
	long err = 0;

	if ((flags & O_NOATIME) && !(f->flags & O_NOATIME) && f->inode &&
	    !inode_owner_or_capable(f->inode))
		return -EPERM;
	if ((flags & O_DIRECT) && pipe_is(f))
		err = pipe_set_packet_mode(f);
	if (!err)
		err = async_set(f, fd, flags & O_ASYNC);
	if (!err)
		f->flags = (f->flags & ~settable) | (flags & settable);
	return err;
}

/* With the kernel lock. O_PATH descriptors support none of these. */
static always_inline long control(struct file *f, uint64_t fd, uint64_t command, uint64_t arg)
{
	if (!f || unlikely(f->flags & O_PATH))
		return -EBADF;
	switch (command) {
	case F_SETFL:
		return set_flags(f, (int)fd, (uint32_t)arg);
	case F_ADD_SEALS:
		return user_add_seals(f, arg);
	case F_GET_SEALS:
		return user_get_seals(f);
	case F_SETPIPE_SZ:
		return pipe_is(f) ? pipe_set_size(f, arg) : -EBADF;
	case F_GETPIPE_SZ:
		return pipe_is(f) ? pipe_size(f) : -EBADF;
	default:
		return async_fcntl(f, fd, command, arg);
	}
}

/* Without the kernel lock for commands on the descriptor itself. */
long sys_fcntl(uint64_t fd, uint64_t command, uint64_t arg)
{
	struct files *t = process_current()->files;
	struct file *f = files_find(t, fd);
	long ret;

	if (!f)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return dup_from(fd, arg, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return files_is_cloexec(t, (uint32_t)fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		files_set_cloexec(t, (uint32_t)fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return file_user_flags(f);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		if (unlikely(f->flags & O_PATH))
			return -EBADF;
		/* It may sleep. */
		file_get(f);
		ret = fcntl_lock(f, fd, command, arg);
		file_put_unlocked(f);
		return ret;
	default:
		if (kernel_lock())
			f = files_find(t, fd);
		ret = control(f, fd, command, arg);
		kernel_unlock();
		return ret;
	}
}

/* Requests supported by every open file. */
#define FIONBIO	 0x5421
#define FIONCLEX 0x5450
#define FIOCLEX	 0x5451
#define FIOASYNC 0x5452
#define SIO	 0x89 /* sockets; the first four are on signals */
/* Sharing extents, which is not supported: cp then copies. */
#define FICLONE	     0x40049409
#define FICLONERANGE 0x4020940d

static long file_control(struct file *f, uint32_t fd, uint32_t request, uint64_t arg)
{
	int on;

	switch (request) {
	case FIOCLEX:
	case FIONCLEX:
		files_set_cloexec(process_current()->files, fd, request == FIOCLEX);
		return 0;
	case FIONBIO:
		if (copy_from_user(&on, arg, sizeof(on)) < 0)
			return -EFAULT;
		f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~(uint32_t)O_NONBLOCK;
		return 0;
	case FICLONE:
	case FICLONERANGE:
		return f->inode && inode_is(f->inode, S_IFREG) ? -EOPNOTSUPP : -ENOTTY;
	default:
		if (likely(request != FIOASYNC && request >> 8 != SIO))
			return f->ops->ioctl ? f->ops->ioctl(f, request, arg) : -ENOTTY;
		return async_ioctl(f, fd, request, arg);
	}
}

long sys_ioctl(uint64_t fd, uint64_t request, uint64_t arg)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	return file_control(f, (uint32_t)fd, (uint32_t)request, arg);
}

/* Without the kernel lock. */
long sys_pipe2(uint64_t out, uint64_t flags)
{
	struct files *t = process_current()->files;
	struct file *ends[2];
	int fd[2], err;

	if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = pipe_create(flags & (O_NONBLOCK | O_DIRECT), &ends[0], &ends[1]);
	if (err)
		return err;
	fd[0] = files_add(t, ends[0], 0, flags & O_CLOEXEC);
	fd[1] = fd[0] < 0 ? fd[0] : files_add(t, ends[1], 0, flags & O_CLOEXEC);
	err = MIN(fd[1], 0) ?: copy_to_user(out, fd, sizeof(fd));
	if (!err)
		return 0;
	KERNEL_SCOPE();
	if (fd[0] >= 0)
		files_close(t, (uint64_t)fd[0]);
	else
		file_put(ends[0]);
	if (fd[1] >= 0)
		files_close(t, (uint64_t)fd[1]);
	else
		file_put(ends[1]);
	return err;
}
