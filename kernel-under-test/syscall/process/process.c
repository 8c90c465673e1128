/* execve, exit, wait, process groups and sessions. */
#include "proc/exec/exec.h"
#include "proc/pidfd.h"
#include "proc/signal/signal.h"
#include "sched/sched.h"
#include "syscall/user.h"

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004
/* CPUID faulting is not supported. */
#define ARCH_GET_CPUID 0x1011
#define ARCH_SET_CPUID 0x1012

long sys_getpid(void)
{
	return process_current()->pid;
}

long sys_gettid(void)
{
	return thread_current()->tid;
}

long sys_getppid(void)
{
	return READ_ONCE(process_current()->parent_pid);
}

long sys_execve(uint64_t path, uint64_t argv, uint64_t envp)
{
	char buffer[PATH_LEN_MAX];
	struct args args;
	long err = user_path(buffer, path, false) ?: args_from_user(&args, argv, envp);

	if (err)
		return err;
	err = process_exec(process_current(), buffer, NULL, &args);
	args_free(&args);
	return err;
}

/* Length of "/dev/fd/N/": the program's name if it was found by a descriptor. */
#define FD_NAME_MAX 20

long sys_execveat(uint64_t dirfd, uint64_t path, uint64_t argv, uint64_t envp, uint64_t flags)
{
	char buffer[FD_NAME_MAX + PATH_LEN_MAX], *name = buffer + FD_NAME_MAX, prefix[FD_NAME_MAX];
	struct inode *file = NULL;
	struct args args;
	size_t n;
	long err;

	err = user_path(name, path, flags & AT_EMPTY_PATH);
	if (!err && ((uint32_t)flags & ~(uint32_t)(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)))
		err = -EINVAL;
	if (!err)
		err = user_find((int)dirfd, name, (unsigned int)flags, &file);
	if (err)
		return err == -ENOTDIR && !*name ? -EACCES : err;
	if (inode_is(file, S_IFLNK))
		err = -ELOOP;
	else
		err = args_from_user(&args, argv, envp);
	if (err) {
		inode_put(file);
		return err;
	}
	if (*name != '/' && (int)dirfd != AT_FDCWD) {
		format(prefix, sizeof(prefix), *name ? "/dev/fd/%d/" : "/dev/fd/%d", (int)dirfd);
		n = strlen(prefix);
		name = memcpy(name - n, prefix, n);
		args.hidden = files_is_cloexec(process_current()->files, (uint32_t)dirfd);
	}
	err = process_exec(process_current(), name, file, &args);
	args_free(&args);
	return err;
}

long sys_exit(uint64_t code)
{
	thread_exit(STATUS_EXIT((int)code));
}

long sys_exit_group(uint64_t code)
{
	process_exit(STATUS_EXIT((int)code));
}

long sys_wait4(uint64_t pid, uint64_t status_out, uint64_t options, uint64_t usage_out)
{
	const uint64_t known = WAIT_NOHANG | WAIT_STOPPED | WAIT_CONTINUED | WAIT_ALL | WAIT_CLONE;
	struct usage used = {0};
	unsigned int kind = (unsigned int)options | WAIT_EXITED;
	int status, id = (int)pid;
	long ended;

	if ((uint32_t)options & ~(uint32_t)known)
		return -EINVAL;
	if (unlikely(id <= 0 && id != WAIT_ANY)) {
		if (id == INT32_MIN)
			return -ESRCH;
		kind |= WAIT_GROUP;
		id = -id;
	}
	if (usage_out)
		usage_sample_children(process_current());
	ended = process_wait(id, kind, &status, usage_out ? &used : NULL);
	if (ended <= 0)
		return ended;
	if (status_out && copy_to_user(status_out, &status, sizeof(status)) < 0)
		return -EFAULT;
	if (usage_out && usage_put(usage_out, &used) < 0)
		return -EFAULT;
	return ended;
}

#define P_ALL	0
#define P_PID	1
#define P_PGID	2
#define P_PIDFD 3

long sys_waitid(uint64_t type, uint64_t id, uint64_t info_out, uint64_t options, uint64_t usage_out)
{
	const uint64_t kinds = WAIT_EXITED | WAIT_STOPPED | WAIT_CONTINUED;
	struct usage used = {0};
	struct signal_info info = {0};
	bool again = false;
	int status = 0;
	long pid;

	if (type == P_PIDFD) {
		struct file *f = user_file(id);
		struct process *p;
		int err = f ? pidfd_process(f, &p) : -EBADF;

		if (err)
			return err;
		if (!p)
			return -ECHILD;
		type = P_PID;
		id = (uint64_t)p->pid;
		again = (f->flags & O_NONBLOCK) && !(options & WAIT_NOHANG);
		options |= again ? WAIT_NOHANG : 0;
	}
	if (type > P_PGID || !(options & kinds) || (type == P_PID && (int)id <= 0) ||
	    (type == P_PGID && (int)id < 0) ||
	    ((uint32_t)options &
	     ~(uint32_t)(kinds | WAIT_NOHANG | WAIT_NOREAP | WAIT_ALL | WAIT_CLONE)))
		return -EINVAL;
	if (usage_out)
		usage_sample_children(process_current());
	pid = process_wait(type == P_ALL ? WAIT_ANY : (int)id,
			   (unsigned int)options | (type == P_PGID ? WAIT_GROUP : 0), &status,
			   usage_out ? &used : NULL);
	if (pid < 0 || (again && !pid))
		return pid ? pid : -EAGAIN;
	if (pid > 0) {
		info.signo = SIGCHLD;
		info.pid = (int)pid;
		info.code = status == STATUS_CONTINUED ? CLD_CONTINUED
			    : (status & 0xff) == 0x7f  ? CLD_STOPPED
			    : status & STATUS_DUMPED   ? CLD_DUMPED
			    : status & 0x7f	       ? CLD_KILLED
						       : CLD_EXITED;
		info.status = info.code == CLD_CONTINUED ? SIGCONT
			      : info.code == CLD_KILLED || info.code == CLD_DUMPED
				      ? status & 0x7f
				      : status >> 8 & 0xff;
	}
	if (info_out && copy_to_user(info_out, &info, sizeof(info)) < 0)
		return -EFAULT;
	if (usage_out && usage_put(usage_out, &used) < 0)
		return -EFAULT;
	return 0;
}

long sys_set_tid_address(uint64_t addr)
{
	thread_current()->clear_tid = addr;
	return thread_current()->tid;
}

long sys_arch_prctl(uint64_t code, uint64_t addr)
{
	struct arch_thread *t = &thread_current()->arch;

	switch (code) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (addr >= USER_TOP)
			return -EPERM;
		*(code == ARCH_SET_FS ? &t->fs_base : &t->gs_base) = addr;
		arch_thread_load_bases(t);
		return 0;
	case ARCH_GET_FS:
		return copy_to_user(addr, &t->fs_base, sizeof(t->fs_base));
	case ARCH_GET_GS:
		return copy_to_user(addr, &t->gs_base, sizeof(t->gs_base));
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	default:
		return -EINVAL;
	}
}

long sys_set_robust_list(uint64_t head, uint64_t size)
{
	if (size != 24)
		return -EINVAL;
	thread_current()->robust_list = head;
	return 0;
}

static struct process *by_pid(uint64_t pid)
{
	return pid ? process_find_by_tid((int)pid) : process_current();
}

static long group_of(const struct process *p, bool session)
{
	return !p ? -ESRCH : session ? p->sid : p->pgid;
}

/* These three run without the kernel lock. */
long sys_getpgid(uint64_t pid)
{
	return pid ? WITH_KERNEL_LOCK(group_of(by_pid(pid), false)) : sys_getpgrp();
}

long sys_getsid(uint64_t pid)
{
	return pid ? WITH_KERNEL_LOCK(group_of(by_pid(pid), true)) : process_current()->sid;
}

long sys_getpgrp(void)
{
	return process_current()->pgid;
}

struct group {
	int pgid, sid;
	bool found;
};

static bool is_in_group(struct process *p, void *ctx)
{
	struct group *g = ctx;

	g->found = p->pgid == g->pgid && p->sid == g->sid;
	return !g->found;
}

static bool group_in_session(int pgid, int sid)
{
	struct group g = {pgid, sid, false};

	process_for_each(is_in_group, &g);
	return g.found;
}

long sys_setpgid(uint64_t pid, uint64_t pgid)
{
	struct process *p = by_pid(pid), *me = process_current();

	if (!p || (p != me && p->parent != me))
		return -ESRCH;
	if ((int)pgid < 0 || (pid && (int)pid != p->pid))
		return -EINVAL;
	if (p != me && p->sid == me->sid && p->did_exec)
		return -EACCES;
	if (p->sid != me->sid || p->sid == p->pid)
		return -EPERM;
	if (!pgid)
		pgid = (uint64_t)p->pid;
	if ((int)pgid != p->pid && !group_in_session((int)pgid, me->sid))
		return -EPERM;
	p->pgid = (int)pgid;
	return 0;
}

long sys_setsid(void)
{
	struct process *p = process_current();

	if (p->pgid == p->pid)
		return -EPERM;
	p->sid = p->pgid = p->pid;
	return p->sid;
}
