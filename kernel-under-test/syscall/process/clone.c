/* fork, vfork, clone, unshare. */
#include "proc/signal/signal.h"
#include "syscall/user.h"

#define CLONE_SIGNAL	     0xffull
#define CLONE_VM	     0x00000100ull
#define CLONE_FS	     0x00000200ull
#define CLONE_FILES	     0x00000400ull
#define CLONE_SIGHAND	     0x00000800ull
#define CLONE_PIDFD	     0x00001000ull
#define CLONE_PTRACE	     0x00002000ull
#define CLONE_VFORK	     0x00004000ull
#define CLONE_PARENT	     0x00008000ull
#define CLONE_THREAD	     0x00010000ull
#define CLONE_NEWNS	     0x00020000ull
#define CLONE_SYSVSEM	     0x00040000ull
#define CLONE_SETTLS	     0x00080000ull
#define CLONE_PARENT_SETTID  0x00100000ull
#define CLONE_CHILD_CLEARTID 0x00200000ull
#define CLONE_DETACHED	     0x00400000ull
#define CLONE_UNTRACED	     0x00800000ull
#define CLONE_CHILD_SETTID   0x01000000ull
#define CLONE_NEWUSER	     0x10000000ull
#define CLONE_IO	     0x80000000ull
#define CLONE_CLEAR_SIGHAND  0x100000000ull

/* Mount, time, cgroup, UTS, IPC, user, pid and network namespaces. */
#define CLONE_NAMESPACES (0x7e020000ull | 0x80ull)

/* No effect: tracers select events by options, and System V undo lists are never shared. */
#define CLONE_CHANGES_NOTHING                                                                      \
	(CLONE_PTRACE | CLONE_UNTRACED | CLONE_DETACHED | CLONE_IO | CLONE_SYSVSEM)
#define CLONE_KNOWN                                                                                \
	(CLONE_CHANGES_NOTHING | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_PIDFD | \
	 CLONE_VFORK | CLONE_PARENT | CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID |          \
	 CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CLONE_CLEAR_SIGHAND)

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

/* Combinations that Linux refuses too; and namespaces, which are not supported. */
static int check_flags(uint64_t flags)
{
	if (((flags & CLONE_SIGHAND) && !(flags & CLONE_VM)) ||
	    ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND)) ||
	    ((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND)) ||
	    ((flags & CLONE_FS) && (flags & (CLONE_NEWNS | CLONE_NEWUSER))))
		return -EINVAL;
	if (flags & CLONE_NAMESPACES)
		return (flags & CLONE_NEWUSER) || capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	return flags & ~CLONE_KNOWN ? -EINVAL : 0;
}

/* A thread must share everything; a process shares what the flags say. */
static long do_clone(uint64_t flags, struct fork_request *r)
{
	const uint64_t thread = CLONE_FS | CLONE_FILES | CLONE_THREAD;
	const int none = -1;
	int err = check_flags(flags);

	if (err)
		return err;
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
	if (flags & CLONE_THREAD)
		return (flags & thread) == thread && !(flags & (CLONE_PIDFD | CLONE_VFORK))
			       ? process_add_thread(r)
			       : -EINVAL;
	/* A vfork() parent must be able to reap the child; process 1 has no parent. */
	r->sibling = flags & CLONE_PARENT;
	if (r->sibling && ((flags & CLONE_VFORK) || process_current()->pid == 1))
		return -EINVAL;
	r->share_space = flags & CLONE_VM;
	r->share_fs = flags & CLONE_FS;
	r->share_files = flags & CLONE_FILES;
	r->share_actions = flags & CLONE_SIGHAND;
	r->clear_handlers = flags & CLONE_CLEAR_SIGHAND;
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

	/* Both would be stored at the same address. */
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_PARENT_SETTID | CLONE_DETACHED)))
		return -EINVAL;
	return do_clone(flags & ~CLONE_SIGNAL, &r);
}

struct user_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

long sys_clone3(uint64_t args, uint64_t size)
{
	struct user_clone_args a;
	struct fork_request r;
	int err;

	if (size < sizeof(a))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = user_tail_is_zero(args + sizeof(a), size - sizeof(a));
	if (err)
		return err;
	if (copy_from_user(&a, args, sizeof(a)) < 0)
		return -EFAULT;
	if ((a.flags & (CLONE_SIGNAL | CLONE_DETACHED)) || a.exit_signal > SIGNALS_MAX ||
	    ((a.flags & (CLONE_THREAD | CLONE_PARENT)) && a.exit_signal) ||
	    !a.stack != !a.stack_size || a.stack > USER_TOP || a.stack_size > USER_TOP)
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

/* What threads share cannot be unshared. */
long sys_unshare(uint64_t flags)
{
	const uint64_t shared = CLONE_FS | CLONE_FILES | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	struct process *p = process_current();

	if (flags & ~(CLONE_NAMESPACES | shared | CLONE_SYSVSEM))
		return -EINVAL;
	if (flags & CLONE_NAMESPACES)
		return (flags & CLONE_NEWUSER) || capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	if (((flags & shared) && p->thread_count > 1) ||
	    ((flags & (CLONE_SIGHAND | CLONE_VM)) &&
	     (!list_empty(&p->action_sharers) || p->space->refs > 1)))
		return -EINVAL;
	if (flags & CLONE_FS)
		list_remove(&p->fs_sharers);
	return flags & CLONE_FILES ? process_unshare_files() : 0;
}
