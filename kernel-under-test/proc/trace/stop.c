/* ptrace stops and events. */
#include "arch/debug.h"
#include "fs/credentials.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

#define CLD_TRAPPED 4
#define TRAP_BRKPT  1

#define NR_EXECVE     59
#define NR_EXIT	      60
#define NR_EXIT_GROUP 231
#define NR_EXECVEAT   322
#define SYSGOOD_BIT   0x80

/* Event messages of system call stops. */
#define MESSAGE_ENTRY 1
#define MESSAGE_EXIT  2

void trace_notify(struct trace *tr, int code, int status)
{
	struct process *to = tr->tracer;
	const struct signal_info info = {
		.signo = SIGCHLD, .code = code, .pid = tr->tid, .status = status};
	bool stop = code == CLD_TRAPPED || code == CLD_STOPPED;

	if (!stop || !(to->actions[SIGCHLD - 1].flags & SA_NOCLDSTOP))
		signal_send(to, &info);
	wait_wake_all(&to->child_changed);
}

/*
 * Stops the current thread, whose record is `tr`, until its tracer resumes it. Returns the signal
 * to deliver, or 0. `info`: for PTRACE_GETSIGINFO, or NULL. `tr` may be freed on return.
 */
static int trace_stop(struct trace *tr, int code, const struct signal_info *info)
{
	struct thread *t = thread_current();
	int inject;

	if (signal_kills(t))
		return 0;
	tr->code = code;
	tr->reported = tr->listening = false;
	tr->stopped = tr->inside = true;
	tr->inject = 0;
	tr->has_info = info;
	if (info)
		tr->info = *info;
	if (tr->step_forced)
		arch_debug_step(&t->arch, false);
	tr->step_forced = false;
	trace_notify(tr, tr->group ? CLD_STOPPED : CLD_TRAPPED, code & 0x7f);
	while (tr->stopped && !signal_kills(t)) {
		/* Only SIGKILL ends the sleep. */
		t->interruptible = true;
		sched_block();
	}
	thread_notify_resume(t);
	tr->stopped = tr->inside = tr->group = false;
	tr->call = TRACE_NO_CALL;
	inject = tr->inject;
	/* In case it was detached. */
	trace_put(tr);
	return inject;
}

/* A stop without a signal: SIGTRAP, with the wait4() code as si_code. */
static int trap(struct trace *tr, int code)
{
	struct signal_info info = signal_info_user(SIGTRAP, code);

	info.pid = tr->tid;
	return trace_stop(tr, code, &info);
}

static int trace_event(struct trace *tr, int event, uint64_t message)
{
	tr->message = message;
	return trap(tr, SIGTRAP | event << 8);
}

bool trace_group_stops(struct process *p)
{
	struct thread *t;
	bool traced = false;

	list_for_each (t, &p->threads, sibling)
		if (t->trace) {
			if (t != thread_current())
				signal_wake(t);
			traced |= t->trace->tracer == p->parent;
		}
	p->stop_reported = traced;
	return traced;
}

bool trace_group_stop(void)
{
	struct thread *t = thread_current();
	struct trace *tr = t->trace;
	int signo = t->process->stop_signal;

	if (!tr)
		return false;
	tr->group = true;
	tr->stop_requested = false;
	thread_clear_work(t, WORK_TRACE);
	if (tr->seized)
		trap(tr, signo | TRACE_EVENT_STOP << 8);
	else
		trace_stop(tr, signo, NULL);
	return true;
}

void trace_handle_work(void)
{
	struct thread *t = thread_current();
	struct trace *tr = t->trace;

	thread_clear_work(t, WORK_TRACE);
	if (!tr->stop_requested)
		return;
	tr->stop_requested = false;
	trap(tr, SIGTRAP | TRACE_EVENT_STOP << 8);
}

bool trace_signal(struct signal_info *info)
{
	struct thread *t = thread_current();
	struct trace *tr = t->trace;
	struct process *tracer = tr->tracer;
	int signo;

	if (info->signo == SIGKILL)
		return true;
	if (signal_kills(t))
		return false;
	signo = trace_stop(tr, info->signo, info);
	/* The tracer may have changed it (PTRACE_SETSIGINFO). */
	if (t->trace == tr)
		*info = tr->info;
	if (!signo || signal_kills(t))
		return false;
	if (signo != info->signo) {
		*info = (struct signal_info){.signo = signo, .code = SI_USER, .pid = tracer->pid};
		info->uid = credentials_current()->uid;
	}
	if (t->blocked & SIGNAL_BIT(signo)) {
		signal_send_thread(t, info);
		return false;
	}
	/* Process 1, untraced, would not have got it. */
	return t->process->pid != 1 || t->process->actions[signo - 1].handler != SIG_DFL;
}

void trace_handler_entered(void)
{
	struct trace *tr = thread_current()->trace;

	if (tr && tr->resume == TRACE_STEP)
		trap(tr, SIGTRAP);
}

/* A system call stop. A signal injected by the tracer is sent anew. */
static void syscall_stop(struct trace *tr, enum trace_call call)
{
	struct thread *t = thread_current();
	int signo;

	tr->call = call;
	tr->message = call == TRACE_ENTRY ? MESSAGE_ENTRY : MESSAGE_EXIT;
	signo = trap(tr, SIGTRAP | (tr->options & TRACE_SYSGOOD ? SYSGOOD_BIT : 0));
	if (signo)
		signal_send_thread(t, &(struct signal_info){.signo = signo, .code = SI_USER});
}

void trace_exit_event(int status)
{
	struct trace *tr = thread_current()->trace;

	if (tr && (tr->options & BIT(TRACE_EVENT_EXIT)))
		trace_event(tr, TRACE_EVENT_EXIT, (uint64_t)status);
}

bool trace_syscall_enter(struct regs *r)
{
	struct thread *t = thread_current();

	if (t->trace && t->trace->resume == TRACE_SYSCALL)
		syscall_stop(t->trace, TRACE_ENTRY);
	if (unlikely(signal_kills(t)))
		return false;
	if ((uint32_t)r->code == NR_EXIT || (uint32_t)r->code == NR_EXIT_GROUP)
		trace_exit_event(STATUS_EXIT((int)r->rdi));
	return true;
}

bool trace_seccomp(uint32_t data)
{
	struct trace *tr = thread_current()->trace;
	int signo;

	if (!tr || !(tr->options & BIT(TRACE_EVENT_SECCOMP)))
		return false;
	tr->call = TRACE_SECCOMP;
	signo = trace_event(tr, TRACE_EVENT_SECCOMP, data);
	if (signo)
		signal_send_thread(thread_current(),
				   &(struct signal_info){.signo = signo, .code = SI_USER});
	return true;
}

/* After execve(): the thread may have its leader's tid now. */
static void report_exec(struct thread *t, struct regs *r, uint32_t nr)
{
	struct trace *tr = t->trace;
	int before = tr->tid;

	r->vector = UINT64_MAX;
	r->code = nr;
	if (before != t->tid)
		trace_renumber(tr);
	if (tr->options & BIT(TRACE_EVENT_EXEC))
		trace_event(tr, TRACE_EVENT_EXEC, (uint64_t)before);
	else if (!tr->seized)
		signal_send_thread(t, &(struct signal_info){.signo = SIGTRAP, .code = SI_USER});
}

static void report_fork(struct trace *tr)
{
	struct thread *t = thread_current();
	int child = tr->child, event = tr->child_event;
	uint64_t serial = tr->vfork_serial;
	struct process *p;

	tr->child = tr->child_event = 0;
	tr->vfork_serial = 0;
	if (event)
		trace_event(tr, event, (uint64_t)child);
	if (!serial)
		return;
	/* The child may end, and another thread reap it. */
	while ((p = process_find(child)) && p->serial == serial && p->borrows_space)
		wait_sleep(&p->space_returned, false);
	tr = t->trace;
	if (tr && (tr->options & BIT(TRACE_EVENT_VFORK_DONE)))
		trace_event(tr, TRACE_EVENT_VFORK_DONE, (uint64_t)child);
}

void trace_syscall_exit(struct regs *r, uint32_t nr)
{
	struct thread *t = thread_current();

	if (t->trace && t->trace->child)
		report_fork(t->trace);
	if (t->trace && !r->rax && (nr == NR_EXECVE || nr == NR_EXECVEAT))
		report_exec(t, r, nr);
	if (t->trace && t->trace->resume == TRACE_SYSCALL)
		syscall_stop(t->trace, TRACE_EXIT);
	else if (t->trace && t->trace->resume == TRACE_STEP)
		signal_force(&(struct signal_info){
			.signo = SIGTRAP, .code = TRAP_BRKPT, .addr = r->rip});
}
