/* System calls on pidfds. */
#include "proc/pidfd.h"

#include "proc/procfs/procfs.h"
#include "proc/signal/signal.h"
#include "syscall/user.h"

/* The file and its process; NULL: it was reaped. -EBADF, -EINVAL. */
static int find(uint64_t fd, uint64_t flags, struct file **f, struct process **p)
{
	*f = user_file(fd);
	return flags ? -EINVAL : *f ? pidfd_process(*f, p) : -EBADF;
}

long sys_pidfd_open(uint64_t pid, uint64_t flags)
{
	struct process *p;

	if ((flags & ~(uint64_t)O_NONBLOCK) || (int)pid <= 0)
		return -EINVAL;
	p = process_find_any((int)pid);
	if (!p)
		return thread_find((int)pid) ? -EINVAL : -ESRCH;
	return pidfd_install(p, (uint32_t)flags);
}

long sys_pidfd_send_signal(uint64_t fd, uint64_t signo, uint64_t info_at, uint64_t flags)
{
	struct signal_info info = signal_info_user((int)signo, SI_USER);
	struct process *p;
	struct file *f;
	int err = find(fd, flags, &f, &p);

	/* This call alone accepts a /proc/PID directory as well. */
	if (err == -EBADF && f && !(f->flags & O_PATH))
		err = procfs_process(f->inode, &p);
	if (err)
		return err;
	if (info_at) {
		if (copy_from_user(&info, info_at, sizeof(info)) < 0)
			return -EFAULT;
		if (info.signo != (int)signo)
			return -EINVAL;
		if ((info.code >= 0 || info.code == SI_TKILL) && p != process_current())
			return -EPERM;
	}
	return p ? signal_kill(p->pid, &info) : -ESRCH;
}

long sys_pidfd_getfd(uint64_t fd, uint64_t target, uint64_t flags)
{
	struct file *f, *found;
	struct process *p;
	int err = find(fd, flags, &f, &p);

	if (err)
		return err;
	if (!p || p->zombie)
		return -ESRCH;
	if (!process_may_ptrace(p))
		return -EPERM;
	found = files_find_get(p->files, target);
	if (!found)
		return -EBADF;
	return process_add_file(found, true);
}
