/* fork() and clone(): new processes and threads. */
#include "arch/uaccess.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/process_internal.h"
#include "proc/signal/signal.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

static void copy_process(struct process *child, struct process *parent, struct process *new_parent,
			 const struct fork_request *r)
{
	child->root = inode_get(parent->root);
	child->cwd = inode_get(parent->cwd);
	child->exe = inode_get(parent->exe);
	child->args_start = parent->args_start;
	child->args_size = parent->args_size;
	child->env_size = parent->env_size;
	child->aux_start = parent->aux_start;
	child->aux_size = parent->aux_size;
	memcpy(child->limits, parent->limits, sizeof(child->limits));
	process_update_cpu_limit(child);
	child->umask = parent->umask;
	child->pgid = parent->pgid;
	child->sid = parent->sid;
	child->actions_set = parent->actions_set;
	if (child->actions_set)
		memcpy(child->actions, parent->actions, sizeof(child->actions));
	if (unlikely(r->share_fs))
		list_push_back(&parent->fs_sharers, &child->fs_sharers);
	if (unlikely(r->share_actions))
		list_push_back(&parent->action_sharers, &child->action_sharers);
	if (unlikely(r->clear_handlers))
		signal_reset_actions(child);
	child->oom_score_adj = parent->oom_score_adj;
	child->core_filter = parent->core_filter;
	child->personality = parent->personality;
	child->membarriers = parent->membarriers;
	child->parent = new_parent;
	child->parent_pid = new_parent->pid;
	list_push_back(&new_parent->children, &child->sibling);
}

static noinline void copy_unusual(struct thread *t, struct fork_request *r)
{
	const struct thread *from = thread_current();

	if (from->unusual & UNUSUAL_PLAIN_CHILDREN) {
		t->policy = t->rt_priority = 0;
		sched_set_nice(t, MAX(t->nice, 0));
	} else if (from->unusual & UNUSUAL_RT) {
		t->unusual |= UNUSUAL_RT;
		t->eff_priority = t->rt_priority;
	}
	if (from->unusual & UNUSUAL_SECCOMP)
		seccomp_inherit(t);
	if (from->unusual & UNUSUAL_TRACE)
		trace_inherit(t, r);
	/* A new process has the memory too; a new thread registers its own area. */
	if (from->rseq && t->process != from->process && !r->share_space) {
		t->unusual |= UNUSUAL_RSEQ;
		t->rseq = from->rseq;
		t->rseq_signature = from->rseq_signature;
		thread_notify_resume(t);
	}
}

/* User state of a new thread: the caller's, with a system call result of 0. */
static void copy_thread(struct thread *t, struct fork_request *r)
{
	struct regs *regs;

	arch_thread_copy_user(&t->arch, &thread_current()->arch);
	regs = arch_thread_regs(&t->arch);
	regs->rax = 0;
	if (r->stack)
		regs->rsp = r->stack;
	if (r->set_fs)
		t->arch.fs_base = r->fs_base;
	t->blocked = thread_current()->blocked;
	t->cred = credentials_get(thread_current()->cred);
	t->confined = thread_current()->confined;
	t->nice = thread_current()->nice;
	t->policy = thread_current()->policy;
	t->rt_priority = thread_current()->rt_priority;
	t->slice_ns = thread_current()->slice_ns;
	t->sampled = thread_current()->sampled;
	if (unlikely(thread_current()->unusual))
		copy_unusual(t, r);
	t->io_priority = thread_current()->io_priority;
	t->timer_slack_ns = t->default_slack_ns = thread_current()->timer_slack_ns;
	__builtin_memcpy(t->comm, thread_current()->comm, COMM_MAX);
	t->clear_tid = r->clear_tid;
	t->alt_stack.flags = SS_DISABLE;
}

static bool count_threads(struct process *p, void *ctx)
{
	const struct thread *t = process_any_thread(p);

	if (t->cred->uid == credentials_current()->uid)
		*(uint64_t *)ctx += p->thread_count;
	return true;
}

/* RLIMIT_NPROC. */
static bool within_nproc_limit(void)
{
	uint64_t limit = process_limit(RLIMIT_NPROC), now = 0;

	if (likely(!credentials_current()->uid) || limit == UNLIMITED ||
	    capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN))
		return true;
	process_for_each(count_threads, &now);
	return now < limit;
}

long process_fork(struct fork_request *r)
{
	struct process *parent = process_current(), *child;
	struct thread *t;
	int pid, pidfd = 0;

	if (!within_nproc_limit())
		return -EAGAIN;
	child = process_alloc();
	if (!child)
		return -EAGAIN;
	child->space = r->share_space ? space_get(parent->space) : space_clone(parent->space);
	child->files = r->share_files ? files_get(parent->files) : files_clone(parent->files);
	if (!child->space || !child->files || (r->pidfd && (pidfd = pidfd_install(child, 0)) < 0)) {
		process_abort_create(child);
		return MIN(pidfd, 0) ?: -ENOMEM;
	}

	/* Nothing can fail from here on. */
	pid = child->pid;
	t = process_any_thread(child);
	copy_process(child, parent, r->sibling ? parent->parent : parent, r);
	child->exit_signal = r->sibling ? parent->exit_signal : r->exit_signal;
	child->borrows_space = r->wait;
	copy_thread(t, r);
	if (!r->share_space || child->borrows_space)
		t->alt_stack = thread_current()->alt_stack;
	t->space = child->space;
	/* A bad address goes unreported, as on Linux. */
	if (r->child_tid && user_range_ok(r->child_tid, sizeof(pid)))
		space_write(child->space, r->child_tid, &pid, sizeof(pid));
	if (r->parent_tid)
		copy_to_user(r->parent_tid, &pid, sizeof(pid));
	if (r->pidfd)
		copy_to_user(r->pidfd, &pidfd, sizeof(pidfd));
	sched_wake(t);
	/* The child may end meanwhile, but only the caller can reap it. */
	while (r->wait && child->borrows_space)
		wait_sleep(&child->space_returned, false);
	return pid;
}

long process_add_thread(struct fork_request *r)
{
	struct process *p = process_current();
	struct thread *t = within_nproc_limit() ? thread_create() : NULL;
	int tid = t ? process_new_tid() : -EAGAIN;

	if (tid < 0) {
		if (t)
			thread_free(t);
		return -EAGAIN;
	}
	process_attach(p, t, tid);
	copy_thread(t, r);
	t->space = p->space;
	if (r->parent_tid)
		copy_to_user(r->parent_tid, &tid, sizeof(tid));
	if (r->child_tid)
		copy_to_user(r->child_tid, &tid, sizeof(tid));
	sched_wake(t);
	return tid;
}

void process_vfork_done(struct process *p)
{
	if (!p->borrows_space)
		return;
	p->borrows_space = false;
	wait_wake_all(&p->space_returned);
}
