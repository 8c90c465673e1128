/* fcntl() locks and flock(). */
#include "fs/lock.h"

#include "syscall/user.h"

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

struct user_flock {
	int16_t type, whence;
	int64_t start, len;
	int32_t pid;
};

static int to_range(const struct file *f, const struct user_flock *l, struct lock_range *r)
{
	int64_t base = l->whence == 0	? 0
		       : l->whence == 1 ? (int64_t)f->pos
		       : l->whence == 2 ? (int64_t)f->inode->size
					: -1;
	int64_t first, last;

	if (base < 0 || l->type < LOCK_READ || l->type > LOCK_NONE ||
	    __builtin_add_overflow(base, l->start, &first))
		return -EINVAL;
	/* A negative length extends backwards; 0 means to the end of the file. */
	last = first - 1;
	if (l->len < 0 && __builtin_add_overflow(first, l->len, &first))
		return -EINVAL;
	if (l->len > 0 && __builtin_add_overflow(first, l->len - 1, &last))
		return -EOVERFLOW;
	if (first < 0)
		return -EINVAL;
	*r = (struct lock_range){
		.owner = process_current()->files,
		.pid = process_current()->pid,
		.process = true,
		.type = l->type,
		.start = (uint64_t)first,
		.end = l->len ? (uint64_t)last : LOCK_END,
	};
	return 0;
}

/* If another thread closed the descriptor meanwhile, its close may not have seen the new lock. */
static int set_lock(struct file *f, uint64_t fd, struct lock_range *r, bool wait)
{
	const struct process *p = process_current();
	int err = wait ? -EUNLOCKED : lock_set_unlocked(f->inode, r);

	if (err == -EUNLOCKED)
		err = (int)WITH_KERNEL_LOCK(lock_set(f->inode, r, wait));
	if (err || !r->process || r->type == LOCK_NONE ||
	    likely(p->thread_count == 1 && p->files->refs == 1) || files_holds(p->files, fd, f))
		return err;
	r->type = LOCK_NONE;
	WITH_KERNEL_LOCK(lock_set(f->inode, r, false));
	return -EBADF;
}

long fcntl_lock(struct file *f, uint64_t fd, uint64_t command, uint64_t arg)
{
	struct user_flock l;
	struct lock_range r, blocker;
	int err;

	if (!f->inode)
		return -EINVAL;
	if (copy_from_user(&l, arg, sizeof(l)) < 0)
		return -EFAULT;
	err = to_range(f, &l, &r);
	if (err)
		return err;
	if (command >= F_OFD_GETLK) {
		if (l.pid)
			return -EINVAL;
		r.owner = f;
		r.pid = -1;
		r.process = false;
		command -= F_OFD_GETLK - F_GETLK;
	}
	if (command != F_GETLK) {
		if ((r.type == LOCK_READ && !file_readable(f)) ||
		    (r.type == LOCK_WRITE && !file_writable(f)))
			return -EBADF;
		return set_lock(f, fd, &r, command == F_SETLKW);
	}
	if (r.type == LOCK_NONE)
		return -EINVAL;
	l.type = LOCK_NONE;
	if (lock_find_conflict(f->inode, &r, &blocker))
		l = (struct user_flock){
			.type = (int16_t)blocker.type,
			.start = (int64_t)blocker.start,
			.len = blocker.end == LOCK_END ? 0
						       : (int64_t)(blocker.end - blocker.start + 1),
			.pid = blocker.pid,
		};
	return copy_to_user(arg, &l, sizeof(l));
}

long sys_flock(uint64_t fd, uint64_t operation)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);
	struct lock_range r = {
		.owner = f, .kind = LOCK_FLOCK, .pid = process_current()->pid, .end = LOCK_END};
	uint64_t what = operation & ~(uint64_t)LOCK_NB;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	r.type = what == LOCK_SH ? LOCK_READ : what == LOCK_EX ? LOCK_WRITE : LOCK_NONE;
	if (!f->inode || (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN))
		return -EINVAL;
	return lock_set(f->inode, &r, !(operation & LOCK_NB));
}
