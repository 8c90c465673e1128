/* ptrace: attaching, detaching, waiting. */
#include "proc/trace/trace.h"

#include "arch/debug.h"
#include "arch/trap.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "proc/pidfd.h"
#include "sched/sched.h"

/* All records. There are few, so searches are linear. */
static struct list traces = LIST_INIT(traces);

struct trace *trace_find(int tid)
{
	const struct process *me = process_current();
	struct trace *tr;

	list_for_each (tr, &traces, link)
		if (tr->tid == tid && tr->tracer == me && tr->thread)
			return tr;
	return NULL;
}

static struct trace *alloc_record(struct thread *t, struct process *tracer)
{
	struct trace *tr = kmem_zalloc(sizeof(*tr));
	struct thread *of;

	if (!tr)
		return NULL;
	tr->thread = t;
	tr->process = t->process;
	tr->tid = t->tid;
	tr->tracer = tracer;
	list_init(&tr->exit_waiter.link);
	list_push_back(&traces, &tr->link);
	t->trace = tr;
	t->unusual |= UNUSUAL_TRACE;
	arch_thread_trace_calls(&t->arch, true);
	/* Whichever thread of the tracer ends last must see it. */
	tracer->is_tracer = true;
	list_for_each (of, &tracer->threads, sibling)
		of->unusual |= UNUSUAL_TRACE;
	return tr;
}

static void request_stop(struct trace *tr)
{
	tr->stop_requested = true;
	thread_add_work(tr->thread, WORK_TRACE);
	sched_interrupt_sleep(tr->thread, true);
	sched_kick(tr->thread);
}

int trace_attach(struct thread *t, struct process *tracer, bool seize, uint32_t options)
{
	const struct signal_info stop = {.signo = SIGSTOP, .code = SI_KERNEL};
	struct trace *tr;

	if (t->trace)
		return -EPERM;
	tr = alloc_record(t, tracer);
	if (!tr)
		return -ENOMEM;
	tr->seized = seize;
	tr->options = options;
	if (tracer == process_current()) {
		if (!seize)
			signal_send_thread(t, &stop);
		/* If it is in a group stop already, it enters a trace stop before this returns. */
		wait_wake_all(&t->process->continued);
		tr->users++;
		while (tr->thread && tr->thread->process->stopped && !tr->stopped)
			if (wait_sleep(&tracer->child_changed, WAIT_INTERRUPTIBLE))
				break;
		tr->users--;
		trace_put(tr);
	}
	return 0;
}

void trace_continue(struct trace *tr, enum trace_resume how, int signo)
{
	struct thread *t = tr->thread;

	tr->resume = how;
	tr->inject = signo;
	if (how == TRACE_STEP)
		tr->step_forced = !arch_debug_step(&t->arch, true);
	if (tr->group) {
		t->process->stopped = false;
		wait_wake_all(&t->process->continued);
	}
	tr->stopped = false;
	sched_wake(t);
}

void trace_put(struct trace *tr)
{
	if (tr->unlinked && !tr->inside && !tr->users)
		kmem_free(tr);
}

static void unlink_record(struct trace *tr)
{
	list_remove(&tr->link);
	if (tr->exit_waiter.notify)
		pidfd_unsubscribe(&tr->exit_waiter);
	tr->unlinked = true;
	trace_put(tr);
}

void trace_detach(struct trace *tr, int signo)
{
	struct thread *t = tr->thread;

	/* The group stop stays in force. */
	tr->listening = tr->group = false;
	if (tr->stopped)
		trace_continue(tr, TRACE_CONT, signo);
	t->trace = NULL;
	t->arch.debug = NULL;
	thread_clear_work(t, WORK_TRACE);
	trace_watch_calls(t);
	tr->thread = NULL;
	unlink_record(tr);
}

void trace_interrupt(struct trace *tr)
{
	request_stop(tr);
}

int trace_listen(struct trace *tr)
{
	if (!tr->seized || tr->code >> 8 != TRACE_EVENT_STOP)
		return -EIO;
	tr->listening = true;
	if (tr->stop_requested)
		trace_continued(tr->process);
	return 0;
}

void trace_continued(struct process *p)
{
	struct thread *t;

	if (list_empty(&traces))
		return;
	list_for_each (t, &p->threads, sibling) {
		struct trace *tr = t->trace;

		/* Who attaches may wait for the stop that is over now. */
		if (tr)
			wait_wake_all(&tr->tracer->child_changed);
		if (!tr || !tr->seized || !(tr->group || tr->listening))
			continue;
		tr->stop_requested = true;
		thread_add_work(t, WORK_TRACE);
		if (tr->listening) {
			tr->listening = tr->group = false;
			trace_continue(tr, tr->resume, 0);
		}
	}
}

/* Tells the parent of a process that was held for another tracer. */
static void release_held(struct trace *tr)
{
	if (tr->held)
		process_notify_parent(tr->process);
}

static bool matches(const struct trace *tr, int id, unsigned int options)
{
	if (options & WAIT_GROUP)
		return tr->process && tr->process->pgid == (id ? id : tr->tracer->pgid);
	return id == WAIT_ANY || tr->tid == id;
}

int trace_wait(struct process *p, int id, unsigned int options, int *status, bool *any)
{
	struct trace *tr;
	int tid;

	list_for_each (tr, &traces, link) {
		if (tr->tracer != p || !matches(tr, id, options))
			continue;
		*any = true;
		tid = tr->tid;
		if (tr->stopped && !tr->reported && !tr->listening) {
			*status = tr->code << 8 | 0x7f;
			tr->reported = !(options & WAIT_NOREAP);
			return tid;
		}
		if (tr->ended && (options & WAIT_EXITED)) {
			*status = tr->status;
			if (!(options & WAIT_NOREAP)) {
				release_held(tr);
				unlink_record(tr);
			}
			return tid;
		}
	}
	return 0;
}

/* A process has ended. If it is the one traced, its tracer is told before its parent. */
static void process_ended(struct waiter *w)
{
	struct trace *tr = container_of(w, struct trace, exit_waiter);
	struct process *p = tr->process;

	if (!p->zombie || tr->ended)
		return;
	tr->ended = tr->held = true;
	tr->status = p->exit_status;
	p->zombie = ZOMBIE_HELD;
	trace_notify(tr, p->exit_status & 0x7f ? CLD_KILLED : CLD_EXITED,
		     p->exit_status & 0x7f ? p->exit_status & 0x7f : p->exit_status >> 8 & 0xff);
}

/*
 * The last thread of `p` ends: the tracer of its leader is told, whether it is the parent or not.
 */
static void leader_exited(struct process *p)
{
	struct trace *tr, *next;

	list_for_each_safe (tr, next, &traces, link) {
		if (tr->process != p || tr->tid != p->pid || tr->thread)
			continue;
		if (tr->tracer == p->parent) {
			unlink_record(tr);
			continue;
		}
		tr->exit_waiter.notify = process_ended;
		pidfd_subscribe(&tr->exit_waiter);
	}
}

static void tracer_exited(struct process *p)
{
	struct trace *tr, *next;
	int signo;

	list_for_each_safe (tr, next, &traces, link) {
		if (tr->tracer != p)
			continue;
		if (!tr->thread) {
			release_held(tr);
			unlink_record(tr);
			continue;
		}
		if (tr->options & TRACE_EXITKILL)
			signal_raise(tr->process, SIGKILL);
		/* A signal that stopped the tracee is delivered. */
		signo = tr->has_info && tr->code == tr->info.signo && tr->code != tr->info.code
				? tr->code
				: 0;
		trace_detach(tr, signo);
	}
}

/* A parent's wait() does not report the end of a thread. */
static void thread_ended(struct trace *tr, int status)
{
	bool signal = status & 0x7f;

	tr->ended = true;
	tr->status = status;
	tr->process = NULL;
	trace_notify(tr, signal ? CLD_KILLED : CLD_EXITED,
		     signal ? status & 0x7f : status >> 8 & 0xff);
}

void trace_thread_exit(struct thread *t, int status)
{
	struct process *p = t->process;
	struct trace *tr = t->trace;
	struct thread *other;

	if (tr) {
		tr->thread = NULL;
		tr->stopped = tr->inside = false;
		t->trace = NULL;
		t->arch.debug = NULL;
		if (tr->tid != p->pid)
			thread_ended(tr, status);
		else
			/* The remaining threads must see the end of the process. */
			list_for_each (other, &p->threads, sibling)
				other->unusual |= UNUSUAL_TRACE;
	}
	if (p->thread_count > 1)
		return;
	leader_exited(p);
	if (p->is_tracer)
		tracer_exited(p);
}

void trace_renumber(struct trace *of)
{
	struct trace *tr, *next;

	list_for_each_safe (tr, next, &traces, link)
		if (tr != of && tr->process == of->process && tr->tid == of->thread->tid)
			unlink_record(tr);
	of->tid = of->thread->tid;
}

bool trace_restricts_exec(const struct thread *t)
{
	return t->trace &&
	       !credentials_capable(process_any_thread(t->trace->tracer)->cred, CAP_SYS_PTRACE);
}

int trace_tracer(const struct thread *t)
{
	return t->trace ? t->trace->tracer->pid : 0;
}

bool trace_is_stopped(const struct thread *t)
{
	return t->trace && t->trace->stopped;
}

/* The event that creating `t` is. */
static int clone_event(const struct thread *t, const struct fork_request *r)
{
	if (r->wait)
		return TRACE_EVENT_VFORK;
	return t->process == process_current() || r->exit_signal != SIGCHLD ? TRACE_EVENT_CLONE
									    : TRACE_EVENT_FORK;
}

void trace_inherit(struct thread *t, struct fork_request *r)
{
	struct thread *me = thread_current();
	struct trace *mine = me->trace, *tr;
	int kind = clone_event(t, r);

	if (t->process == me->process)
		t->unusual |= UNUSUAL_TRACE;
	if (!mine)
		return;
	if (mine->step_forced)
		arch_debug_step(&t->arch, false);
	mine->child = t->tid;
	if (r->wait) {
		/* The event precedes the vfork() sleep, which trace_syscall_exit() does then. */
		mine->vfork_serial = t->process->serial;
		r->wait = false;
	}
	if (!(mine->options & BIT(kind)))
		return;
	mine->child_event = kind;
	tr = alloc_record(t, mine->tracer);
	if (!tr)
		return;
	tr->options = mine->options;
	tr->seized = mine->seized;
	if (tr->seized)
		request_stop(tr);
	else
		signal_send_thread(t, &(struct signal_info){.signo = SIGSTOP, .code = SI_USER});
}

int trace_set_break(struct trace *tr, unsigned int i, uint64_t v)
{
	struct thread *t = tr->thread;

	if (!t->arch.debug)
		tr->debug = (struct arch_debug){0};
	t->arch.debug = &tr->debug;
	t->unusual |= UNUSUAL_DEBUG;
	thread_notify_resume(t);
	return arch_debug_set_break(&tr->debug, i, v);
}

struct arch_debug *trap_debug(void)
{
	return thread_current()->arch.debug;
}
