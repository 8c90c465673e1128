/* System calls on processes. */
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/signal.h"
#include "sched/sched.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define CLONE_SIGNAL	     0xffull
#define CLONE_VM	     0x00000100ull
#define CLONE_VFORK	     0x00004000ull
#define CLONE_PARENT_SETTID  0x00100000ull
#define CLONE_CHILD_CLEARTID 0x00200000ull
#define CLONE_CHILD_SETTID   0x01000000ull

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

#define RLIMIT_STACK  3
#define RLIMIT_NOFILE 7
#define RLIMIT_COUNT  16
#define UNLIMITED     UINT64_MAX

#define WUNTRACED 2
#define WCONTINUED 8
#define WALL	  0x40000000
#define WCLONE	  0x80000000u

#define RUSAGE_SIZE 144

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
	const struct process *parent = process_current()->parent;

	return parent ? parent->pid : 0;
}

/* There is one user, root. */
long sys_getid(void)
{
	return 0;
}

long sys_fork(void)
{
	return process_fork(0, 0);
}

long sys_vfork(void)
{
	return process_fork(FORK_SHARE_SPACE, 0);
}

/*
 * fork, vfork and posix_spawn as C libraries say them. Threads, which share more than memory, are
 * not there yet.
 */
long sys_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid)
{
	const uint64_t known = CLONE_SIGNAL | CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID |
			       CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;
	long pid;

	if ((flags & ~known) || !(flags & CLONE_VM) != !(flags & CLONE_VFORK) ||
	    (flags & CLONE_SIGNAL) != SIGCHLD)
		return -EINVAL;
	if (stack >= USER_TOP)
		return -EPERM;
	pid = process_fork(flags & CLONE_VM ? FORK_SHARE_SPACE : 0, stack);
	if (pid > 0 && (flags & CLONE_PARENT_SETTID)) {
		int tid = (int)pid;

		copy_to_user(parent_tid, &tid, sizeof(tid));
	}
	if (pid > 0 && !(flags & CLONE_VM)) {
		struct process *child = process_find((int)pid);

		/* It has not run yet, so its memory can be written as it is. */
		if (child && (flags & CLONE_CHILD_SETTID) && user_range_ok(child_tid, 4))
			space_write(child->space, child_tid, &child->pid, sizeof(child->pid));
		if (child && (flags & CLONE_CHILD_CLEARTID))
			child->clear_tid = child_tid;
	}
	return pid;
}

long sys_execve(uint64_t path, uint64_t argv, uint64_t envp)
{
	char buffer[PATH_LEN_MAX];
	struct args args;
	long err = user_path(buffer, path, false);

	if (!err)
		err = args_from_user(&args, argv, envp);
	if (err)
		return err;
	err = process_exec(process_current(), buffer, &args);
	args_free(&args);
	return err;
}

long sys_exit(uint64_t code)
{
	process_exit(STATUS_EXIT((int)code));
}

long sys_wait4(uint64_t pid, uint64_t status_out, uint64_t options, uint64_t usage_out)
{
	int status;
	long ended;

	if (options & ~(uint64_t)(WAIT_NOHANG | WUNTRACED | WCONTINUED | WALL | WCLONE))
		return -EINVAL;
	ended = process_wait((int)pid, (unsigned int)options, &status);
	if (ended <= 0)
		return ended;
	if (status_out && copy_to_user(status_out, &status, sizeof(status)) < 0)
		return -EFAULT;
	/* Times are not accounted yet. */
	if (usage_out && clear_user(usage_out, RUSAGE_SIZE) < 0)
		return -EFAULT;
	return ended;
}

long sys_sched_yield(void)
{
	sched_yield();
	return 0;
}

long sys_sched_setaffinity(uint64_t pid, uint64_t size, uint64_t mask)
{
	uint8_t first;

	if (pid && !process_find((int)pid))
		return -ESRCH;
	if (!size || copy_from_user(&first, mask, 1) < 0)
		return size ? -EFAULT : -EINVAL;
	return first & 1 ? 0 : -EINVAL;
}

long sys_sched_getaffinity(uint64_t pid, uint64_t size, uint64_t out)
{
	uint64_t mask = 1;

	if (pid && !process_find((int)pid))
		return -ESRCH;
	if (size < sizeof(mask) || size % sizeof(mask))
		return -EINVAL;
	return copy_to_user(out, &mask, sizeof(mask)) < 0 ? -EFAULT : (long)sizeof(mask);
}

long sys_set_tid_address(uint64_t addr)
{
	process_current()->clear_tid = addr;
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
	default:
		return -EINVAL;
	}
}

static struct process *by_pid(uint64_t pid)
{
	return pid ? process_find((int)pid) : process_current();
}

long sys_getpgid(uint64_t pid)
{
	struct process *p = by_pid(pid);

	return p ? p->pgid : -ESRCH;
}

long sys_getpgrp(void)
{
	return process_current()->pgid;
}

long sys_setpgid(uint64_t pid, uint64_t pgid)
{
	struct process *p = by_pid(pid), *me = process_current();

	if (!p || (p != me && p->parent != me))
		return -ESRCH;
	if ((int)pgid < 0)
		return -EINVAL;
	if (p->sid != me->sid || p->sid == p->pid)
		return -EPERM;
	p->pgid = pgid ? (int)pgid : p->pid;
	return 0;
}

long sys_getsid(uint64_t pid)
{
	struct process *p = by_pid(pid);

	return p ? p->sid : -ESRCH;
}

long sys_setsid(void)
{
	struct process *p = process_current();

	if (p->pgid == p->pid)
		return -EPERM;
	p->sid = p->pgid = p->pid;
	return p->sid;
}

/* Limits can be read; the few that exist are fixed. */
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old)
{
	uint64_t limit[2] = {UNLIMITED, UNLIMITED};

	if (!by_pid(pid))
		return -ESRCH;
	if (resource >= RLIMIT_COUNT)
		return -EINVAL;
	if (resource == RLIMIT_STACK)
		limit[0] = limit[1] = STACK_MAX;
	if (resource == RLIMIT_NOFILE)
		limit[0] = limit[1] = FILES_MAX;
	if (old && copy_to_user(old, limit, sizeof(limit)) < 0)
		return -EFAULT;
	return new ? -EPERM : 0;
}

long sys_getrlimit(uint64_t resource, uint64_t out)
{
	return sys_prlimit64(0, resource, 0, out);
}
