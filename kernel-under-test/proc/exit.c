/* Exit and wait: the end of threads and processes. */
#include "arch/uaccess.h"
#include "fs/credentials.h"
#include "ipc/aio.h"
#include "ipc/futex.h"
#include "ipc/futex_pi.h"
#include "ipc/semaphore.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/pidfd.h"
#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/process_internal.h"
#include "proc/signal/signal.h"
#include "proc/trace/dispatch.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

/*
 * A stopped process group that became orphaned can no longer be continued by a shell: POSIX has it
 * get SIGHUP and SIGCONT.
 */
static void signal_if_orphaned(int pgid)
{
	struct signal_info hup = {.signo = SIGHUP, .code = SI_KERNEL};
	struct signal_info cont = {.signo = SIGCONT, .code = SI_KERNEL};

	if (!process_group_is_orphaned(pgid))
		return;
	signal_kill(-pgid, &hup);
	signal_kill(-pgid, &cont);
}

/* Reparents children to the nearest subreaper, or to process 1. */
static void reparent_children(struct process *p)
{
	struct process *init = p->parent, *c, *next;

	while (init && init->pid != 1 && !init->subreaper)
		init = init->parent;

	list_for_each_safe (c, next, &p->children, sibling) {
		list_remove(&c->sibling);
		c->parent = init;
		c->parent_pid = init->pid;
		c->exit_signal = SIGCHLD;
		list_push_back(&init->children, &c->sibling);
		if (unlikely(c->death_signal) && !c->zombie)
			signal_raise(c, c->death_signal);
		if (c->zombie)
			wait_wake_all(&init->child_changed);
		else if (unlikely(c->stopped))
			signal_if_orphaned(c->pgid);
	}
}

#define ROBUST_MAX 2048
/* Set in the address of a priority-inheriting lock. */
#define ROBUST_PI 1ull

/*
 * Marks the lock of `entry`, if the dying thread holds it, as owner-died, and wakes a waiter unless
 * futex_pi_exit() does. `pending`: the thread was about to take or release it, and may have
 * released it without waking anybody.
 */
static void robust_mark_dead(const struct thread *t, uint64_t entry, uint64_t offset, bool pending)
{
	uint64_t addr = (entry & ~ROBUST_PI) + offset;
	uint32_t word, was;

	if (!IS_ALIGNED(addr, sizeof(word)) || copy_from_user(&word, addr, sizeof(word)) < 0)
		return;
	/* Waiters may set FUTEX_WAITERS at any time. */
	do {
		was = word;
		if ((word & FUTEX_TID_MASK) != (uint32_t)t->tid)
			break;
		if (cmpxchg_user(addr, &word, (was & FUTEX_WAITERS) | FUTEX_OWNER_DIED) < 0)
			return;
	} while (word != was);
	if (entry & ROBUST_PI)
		return;
	if ((was & FUTEX_TID_MASK) == (uint32_t)t->tid ? was & FUTEX_WAITERS : pending && !was)
		futex_wake(addr, 1, UINT32_MAX, true);
}

/*
 * Walks the robust futex list (set_robust_list): a ring of pointers through its head, which also
 * holds the offset of the futex word in each entry. User memory: the walk is bounded.
 */
static void robust_list_walk(struct thread *t)
{
	struct {
		uint64_t next, offset, pending;
	} head;
	uint64_t entry, next;

	if (copy_from_user(&head, t->robust_list, sizeof(head)) < 0)
		return;
	entry = head.next;
	for (int i = 0; (entry & ~ROBUST_PI) != t->robust_list && i < ROBUST_MAX; i++) {
		if (copy_from_user(&next, entry & ~ROBUST_PI, sizeof(next)) < 0)
			return;
		if ((entry & ~ROBUST_PI) != (head.pending & ~ROBUST_PI))
			robust_mark_dead(t, entry, head.offset, false);
		entry = next;
	}
	if (head.pending)
		robust_mark_dead(t, head.pending, head.offset, true);
}

/* Clears the tid and wakes who waits for it (set_tid_address). */
static always_inline void clear_tid(struct thread *t, struct process *p)
{
	if (!t->clear_tid || (p->thread_count == 1 && p->space->refs == 1))
		return;
	if (clear_user(t->clear_tid, sizeof(uint32_t)) == 0)
		futex_wake(t->clear_tid, 1, UINT32_MAX, false);
}

static always_inline void release_memory(struct thread *t, struct process *p)
{
	if (unlikely(t->robust_list))
		robust_list_walk(t);
	clear_tid(t, p);
	if (unlikely(futex_pi_locks))
		futex_pi_exit(t);
}

void thread_exit_memory(struct thread *t)
{
	release_memory(t, t->process);
	t->robust_list = t->clear_tid = 0;
}

static bool ignores_children(const struct process *parent)
{
	const struct signal_action *a = &parent->actions[SIGCHLD - 1];

	return a->handler == SIG_IGN || (a->flags & SA_NOCLDWAIT);
}

static void notify_parent(struct process *p, struct process *parent)
{
	signal_send_child(p);
	if (p->exit_signal == SIGCHLD && ignores_children(parent))
		process_free(p);
	wait_wake_all(&parent->child_changed);
}

void process_notify_parent(struct process *p)
{
	p->zombie = WAIT_EXITED;
	notify_parent(p, p->parent);
}

/* The last thread of `p` is about to end. */
static void last_thread_exits(struct process *p)
{
	struct process *parent = p->parent;

	timer_cancel(&p->alarm);
	if (unlikely(p->timers))
		posix_timers_delete_all(p, true);
	if (unlikely(p->aio))
		aio_destroy_all(&p->aio);
	if (unlikely(p->semaphore_undo))
		semaphore_exit(&(struct semaphore_user){p->pid, &p->semaphore_undo});
	timer_cancel(&p->cpu_limit);
	files_put(p->files);
	if (unlikely(p->sid == p->pid))
		terminal_session_exit(p->sid);
	list_remove(&p->fs_sharers);
	list_remove(&p->action_sharers);
	inode_put(p->cwd);
	inode_put(p->root);
	inode_put(p->exe);
	sched_set_space(NULL);
	usage_exit_space(p);
	space_put(p->space);
	p->space = NULL;
	process_vfork_done(p);
	signal_flush(p, &p->signals);
	reparent_children(p);
	p->zombie = WAIT_EXITED;
	pidfd_wake();
	if (likely(p->zombie == WAIT_EXITED))
		notify_parent(p, parent);
}

/* Undoes what made the thread unusual, since its stack will be used by others. */
static noinline void clear_unusual(struct thread *t, int status)
{
	if (t->unusual & UNUSUAL_TRACE)
		trace_thread_exit(t, status);
	if (t->unusual & UNUSUAL_SECCOMP)
		seccomp_release(t);
	if (t->dispatch)
		dispatch_end(t);
	arch_thread_trace_calls(&t->arch, false);
}

void thread_exit(int status)
{
	struct thread *t = thread_current();
	struct process *p = t->process;

	if (!p->exiting)
		p->exit_status = status;
	if (p->pid == 1 && p->thread_count == 1)
		panic("process 1 ended with status 0x%x", (unsigned int)p->exit_status);
	if (t->robust_list | t->clear_tid | (uintptr_t)futex_pi_locks)
		release_memory(t, p);
	if (unlikely(t->unusual))
		clear_unusual(t, status);
	usage_exit_thread(t);
	signal_flush(p, &t->signals);
	list_remove(&t->sibling);
	list_remove(&t->by_tid);
	p->thread_count--;
	if (p->thread_count == 0) {
		p->uid = t->cred->uid;
		__builtin_memcpy(p->comm, t->comm, COMM_MAX);
		credentials_put(t->cred);
		last_thread_exits(p);
	} else {
		credentials_put(t->cred);
		/* This thread may have been chosen to take them. */
		if (unlikely(p->pending))
			signal_retarget(p, ~t->blocked);
		sched_set_space(NULL);
		wait_wake_all(&p->thread_ended);
	}
	sched_exit();
}

/* Each of the other threads ends on its way to user mode. */
static void kick_other_threads(struct process *p)
{
	struct thread *t;

	list_for_each (t, &p->threads, sibling)
		if (t != thread_current())
			signal_wake(t);
	wait_wake_all(&p->continued);
}

void process_exit(int status)
{
	struct process *p = process_current();

	if (!p->exiting) {
		p->exiting = true;
		p->exit_status = status;
		kick_other_threads(p);
	}
	thread_exit(status);
}

void process_kill_other_threads(void)
{
	struct process *p = process_current();

	if (p->thread_count == 1)
		return;
	p->exiting = true;
	kick_other_threads(p);
	while (p->thread_count > 1)
		wait_sleep(&p->thread_ended, false);
	p->exiting = false;
}

static bool matches(const struct process *child, int id, unsigned int options)
{
	if (!(options & WAIT_ALL) && (child->exit_signal != SIGCHLD) != !!(options & WAIT_CLONE))
		return false;
	if (options & WAIT_GROUP)
		return child->pgid == (id ? id : child->parent->pgid);
	return id == WAIT_ANY || child->pid == id;
}

/*
 * Whether the state of `c` changed in one of the requested ways; if so *status, and it counts as
 * reported.
 */
static bool report_change(struct process *c, unsigned int options, int *status)
{
	bool keep = options & WAIT_NOREAP;

	/* A zombie held for its tracer has no bit in common with the options. */
	if (c->zombie & options) {
		*status = c->exit_status;
	} else if (!c->zombie && c->stopped && !c->stop_reported && (options & WAIT_STOPPED)) {
		*status = STATUS_STOPPED(c->stop_signal);
		c->stop_reported = !keep;
	} else if (!c->zombie && c->cont_reported && (options & WAIT_CONTINUED)) {
		*status = STATUS_CONTINUED;
		c->cont_reported = keep;
	} else {
		return false;
	}
	return true;
}

/* The next child after `c` (NULL: the first) that matches, or NULL. */
static struct process *next_match(struct process *p, struct process *c, int id,
				  unsigned int options)
{
	struct list *at = c ? c->sibling.next : p->children.next;

	if (id != WAIT_ANY && !(options & WAIT_GROUP)) {
		c = c ? NULL : process_find_any(id);
		return c && c->parent == p && matches(c, id, options) ? c : NULL;
	}
	for (; at != &p->children; at = at->next)
		if (matches(list_entry(at, struct process, sibling), id, options))
			return list_entry(at, struct process, sibling);
	return NULL;
}

/* Usage of a child that changed state, and of its own reaped children. */
static void collect_usage(struct process *c, struct usage *used)
{
	*used = c->zombie ? c->used : usage_of_process(c);
	usage_add(used, &c->children_used);
}

long process_wait(int id, unsigned int options, int *status, struct usage *used)
{
	struct process *p = process_current(), *c;

	for (;;) {
		bool any = false;
		int err;

		for (c = NULL; (c = next_match(p, c, id, options));) {
			int pid = c->pid;

			/* A zombie counts only if its end is waited for. */
			any |= !(c->zombie & ~options);
			if (!report_change(c, options, status))
				continue;
			if (unlikely(used))
				collect_usage(c, used);
			if (c->zombie && !(options & WAIT_NOREAP)) {
				usage_add(&p->children_used, &c->used);
				if (c->children_used.cpu)
					usage_add(&p->children_used, &c->children_used);
				process_free(c);
			}
			return pid;
		}
		if (unlikely(p->is_tracer)) {
			int tid = trace_wait(p, id, options, status, &any);

			if (tid)
				return tid;
		}
		if (!any)
			return -ECHILD;
		if (options & WAIT_NOHANG)
			return 0;
		err = wait_sleep(&p->child_changed, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
}
