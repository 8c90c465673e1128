/* System calls that make processes and threads. */
#include "fs/credentials.h"
#include "proc/signal.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define CLONE_SIGNAL	     0xffull
#define CLONE_VM	     0x00000100ull
#define CLONE_FS	     0x00000200ull
#define CLONE_FILES	     0x00000400ull
#define CLONE_SIGHAND	     0x00000800ull
#define CLONE_PIDFD	     0x00001000ull
#define CLONE_VFORK	     0x00004000ull
#define CLONE_PARENT	     0x00008000ull
#define CLONE_THREAD	     0x00010000ull
#define CLONE_SYSVSEM	     0x00040000ull
#define CLONE_SETTLS	     0x00080000ull
#define CLONE_DETACHED	     0x00400000ull
#define CLONE_CLEAR_SIGHAND  0x100000000ull
#define CLONE_PARENT_SETTID  0x00100000ull
#define CLONE_CHILD_CLEARTID 0x00200000ull
#define CLONE_CHILD_SETTID   0x01000000ull

long sys_fork(void)
{
	struct fork_request r = {.exit_signal = SIGCHLD};

	return process_fork(&r);
}

long sys_vfork(void)
{
	struct fork_request r = {.share_space = true, .wait = true, .exit_signal = SIGCHLD};

	return process_fork(&r);
}

/*
 * What C libraries ask for: fork, vfork and posix_spawn, and threads. Sharing some things and not
 * others is refused.
 */
static long do_clone(uint64_t flags, struct fork_request *r)
{
	const uint64_t tids = CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	const int none = -1;
	const uint64_t thread_may = CLONE_SYSVSEM | CLONE_SETTLS | CLONE_DETACHED | tids;

	if (r->stack >= USER_TOP || r->fs_base >= USER_TOP)
		return -EPERM;
	if (!(flags & CLONE_PIDFD))
		r->pidfd = 0;
	else if (copy_to_user(r->pidfd, &none, sizeof(none)) < 0)
		return -EFAULT;
	if (!(flags & CLONE_PARENT_SETTID))
		r->parent_tid = 0;
	if (!(flags & CLONE_CHILD_CLEARTID))
		r->clear_tid = 0;
	if (!(flags & CLONE_CHILD_SETTID))
		r->child_tid = 0;
	r->set_fs = flags & CLONE_SETTLS;
	if (flags & CLONE_THREAD) {
		if ((flags & thread) != thread || (flags & ~(thread | thread_may)) || !r->stack)
			return -EINVAL;
		return process_add_thread(r);
	}
	if ((flags & ~(CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_SETTLS | CLONE_PARENT |
		       CLONE_PIDFD | tids)))
		return -EINVAL;
	/* Who waits for the space back must be the one to bury the child; 1 has no parent. */
	r->sibling = flags & CLONE_PARENT;
	if (r->sibling && ((flags & CLONE_VFORK) || process_current()->pid == 1))
		return -EINVAL;
	r->share_space = flags & CLONE_VM;
	r->wait = flags & CLONE_VFORK;
	return process_fork(r);
}

long sys_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid,
	       uint64_t tls)
{
	struct fork_request r = {
		.stack = stack,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
		.clear_tid = child_tid,
		.fs_base = flags & CLONE_SETTLS ? tls : 0,
		.exit_signal = flags & CLONE_SIGNAL,
		.pidfd = parent_tid,
	};

	/* Both are written to the same place. */
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_PARENT_SETTID | CLONE_DETACHED)))
		return -EINVAL;
	return do_clone(flags & ~CLONE_SIGNAL, &r);
}

struct user_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

/* What a newer program knows of and this kernel does not must be zero. */
static int rest_is_zero(uint64_t at, uint64_t size)
{
	for (uint8_t byte; size; at++, size--) {
		if (copy_from_user(&byte, at, 1) < 0)
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

long sys_clone3(uint64_t args, uint64_t size)
{
	struct user_clone_args a;
	struct fork_request r;
	int err;

	if (size < sizeof(a))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = rest_is_zero(args + sizeof(a), size - sizeof(a));
	if (err)
		return err;
	if (copy_from_user(&a, args, sizeof(a)) < 0)
		return -EFAULT;
	if ((a.flags & CLONE_SIGNAL) || a.exit_signal > SIGNALS_MAX ||
	    ((a.flags & CLONE_THREAD) && a.exit_signal) || !a.stack != !a.stack_size ||
	    a.stack > USER_TOP || a.stack_size > USER_TOP)
		return -EINVAL;
	r = (struct fork_request){
		.stack = a.stack + a.stack_size,
		.parent_tid = a.parent_tid,
		.child_tid = a.child_tid,
		.clear_tid = a.child_tid,
		.fs_base = a.flags & CLONE_SETTLS ? a.tls : 0,
		.exit_signal = (int)a.exit_signal,
		.pidfd = a.pidfd,
	};
	return do_clone(a.flags, &r);
}

#define CLONE_NAMESPACES (0x7e020000ull | 0x80ull)
#define CLONE_SHARED	 (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)

/* Threads share all there is to share, processes nothing; there are no namespaces. */
long sys_unshare(uint64_t flags)
{
	if (flags & ~(CLONE_NAMESPACES | CLONE_SHARED | CLONE_SYSVSEM))
		return -EINVAL;
	if (flags & CLONE_NAMESPACES)
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	return (flags & CLONE_SHARED) && process_current()->thread_count > 1 ? -EINVAL : 0;
}
