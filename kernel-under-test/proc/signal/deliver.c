/* Signal delivery, on the way to user mode. */
#include "arch/debug.h"
#include "arch/signal.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "proc/rseq.h"
#include "proc/signal/signal.h"
#include "proc/trace/core.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

#define REGS_SYSCALL UINT64_MAX /* regs.vector during a system call */

static void stop_process(struct process *p, int signo)
{
	struct thread *t;

	p->stopped = true;
	p->stop_reported = false;
	p->cont_reported = false;
	p->stop_signal = signo;
	if (trace_group_stops(p))
		return;
	/* Threads that sleep or run elsewhere stop as well. */
	list_for_each (t, &p->threads, sibling)
		signal_wake(t);
	signal_send_child(p);
	wait_wake_all(&p->parent->child_changed);
}

static void sleep_while_stopped(struct process *p)
{
	while (p->stopped && !p->exiting)
		if (!trace_group_stop())
			wait_sleep(&p->continued, false);
	thread_notify_resume(thread_current());
	signal_recalc_pending(thread_current());
}

#define SYS_RESTART_SYSCALL 219

/* Makes the interrupted system call restart, or resume, when the thread is back in user mode. */
static void restart_call(struct regs *r)
{
	r->rax = r->rax == (uint64_t)-ERESTART_RESTARTBLOCK ? SYS_RESTART_SYSCALL : r->code;
	r->rip -= ARCH_SYSCALL_SIZE;
}

/* Whether the registers are those of a system call interrupted by a signal. */
static bool was_interrupted(const struct regs *r)
{
	if (r->vector != REGS_SYSCALL || likely(r->rax < (uint64_t)-ERESTART_RESTARTBLOCK))
		return false;
	return r->rax <= (uint64_t)-ERESTARTSYS;
}

/* Whether an interrupted system call restarts or returns -EINTR, given that a handler will run. */
static void finish_interrupted_call(struct regs *r, const struct signal_action *a)
{
	if (!was_interrupted(r))
		return;
	if (r->rax == (uint64_t)-ERESTARTNOINTR ||
	    ((a->flags & SA_RESTART) && r->rax == (uint64_t)-ERESTARTSYS))
		restart_call(r);
	else
		r->rax = (uint64_t)-EINTR;
}

void process_exit_by_signal(int signo)
{
	if (thread_current()->trace)
		trace_exit_event(STATUS_SIGNAL(signo));
	process_exit(STATUS_SIGNAL(signo) | (core_dump(signo) ? STATUS_DUMPED : 0));
}

/* False: the handler cannot run, for want of a return trampoline or a usable stack. */
static bool enter_handler(struct thread *t, struct regs *r, const struct signal_info *info,
			  const struct signal_action *a)
{
	struct arch_signal s = {
		.signo = info->signo,
		.info = info,
		.handler = a->handler,
		.restorer = a->restorer,
		.blocked = t->restore_blocked ? t->saved_blocked : t->blocked,
		.alt_stack = t->alt_stack,
		.on_alt_stack = a->flags & SA_ONSTACK,
	};

	if (!(a->flags & SA_RESTORER) || (unlikely(t->rseq) && rseq_fixup(r) < 0) ||
	    arch_signal_enter(r, &t->arch, &s) < 0)
		return false;
	t->restore_blocked = false;
	if (t->alt_stack.flags & SS_AUTODISARM)
		t->alt_stack = (struct signal_stack){.flags = SS_DISABLE};
	return true;
}

/* The blocked set while the handler runs. */
static uint64_t handler_mask(const struct thread *t, const struct signal_info *info,
			     const struct signal_action *a)
{
	return t->blocked | a->mask | (a->flags & SA_NODEFER ? 0 : SIGNAL_BIT(info->signo));
}

bool signal_send_self(const struct signal_info *info)
{
	const uint64_t special = SIGNALS_STOP | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGKILL);
	uint64_t bit = SIGNAL_BIT(info->signo);
	struct thread *t = thread_current();
	const struct process *p = t->process;
	struct regs *r = arch_thread_regs(&t->arch);
	uint32_t changes = __atomic_load_n(&p->action_seq, __ATOMIC_ACQUIRE);
	struct signal_action a;
	uint64_t rax = r->rax;

	/* Only if no other signal could come first. */
	if (((t->blocked | special) & bit) || info->signo >= SIGRTMIN || READ_ONCE(t->work) ||
	    READ_ONCE(t->pending) || READ_ONCE(p->pending) || t->trace ||
	    READ_ONCE(p->actions[info->signo - 1].handler) <= SIG_IGN)
		return false;
	a = p->actions[info->signo - 1];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (a.handler <= SIG_IGN || (a.flags & SA_RESETHAND) || (changes & 1) ||
	    READ_ONCE(p->action_seq) != changes)
		return false;
	r->rax = 0;
	if (!enter_handler(t, r, info, &a)) {
		r->rax = rax;
		return false;
	}
	signal_set_blocked_unlocked(handler_mask(t, info, &a));
	return true;
}

static void run_handler(struct thread *t, struct regs *r, const struct signal_info *info)
{
	struct process *p = t->process;
	struct signal_action a = p->actions[info->signo - 1];

	finish_interrupted_call(r, &a);
	if (!enter_handler(t, r, info, &a)) {
		if (info->signo == SIGSEGV)
			process_exit_by_signal(SIGSEGV);
		trap_user_fault(r, SIGSEGV, SI_KERNEL, 0);
		return;
	}
	if (a.flags & SA_RESETHAND) {
		struct signal_action once = a;

		once.handler = SIG_DFL;
		signal_set_action(p, info->signo, &once);
	}
	signal_set_blocked(handler_mask(t, info, &a));
}

/* Acts on one signal. Returns whether a handler was entered. */
static bool deliver(struct thread *t, struct regs *r, const struct signal_info *info)
{
	struct process *p = t->process;
	uint64_t handler = p->actions[info->signo - 1].handler, bit = SIGNAL_BIT(info->signo);

	if (handler > SIG_IGN) {
		run_handler(t, r, info);
		return true;
	}
	if (handler == SIG_IGN || (bit & (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) |
					  SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))))
		return false;
	/* POSIX: terminal stop signals do not stop an orphaned process group. */
	if ((bit & SIGNALS_STOP) && info->signo != SIGSTOP && process_group_is_orphaned(p->pgid))
		return false;
	if (bit & SIGNALS_STOP)
		stop_process(p, info->signo);
	else
		process_exit_by_signal(info->signo);
	return false;
}

static void do_signals(struct thread *t, struct regs *r)
{
	struct process *p = t->process;
	struct signal_info info;

	if (p->stopped)
		sleep_while_stopped(p);
	if (unlikely(t->trace))
		trace_handle_work();
	if (p->exiting)
		thread_exit(p->exit_status);
	while (signal_dequeue(t, ~t->blocked, &info)) {
		if (unlikely(t->trace) && !trace_signal(&info))
			continue;
		/* Entering the handler has recomputed what else is pending. */
		if (deliver(t, r, &info)) {
			if (unlikely(t->trace))
				trace_handler_entered();
			return;
		}
		/* Whether the call restarts is decided after the stop: a handler may run then. */
		if (p->exiting || p->stopped) {
			signal_recalc_pending(t);
			return;
		}
	}
	if (was_interrupted(r))
		restart_call(r);
	signal_recalc_pending(t);
}

void trap_notify_resume(struct regs *r)
{
	struct thread *t = thread_current();

	/* Cleared first: what follows may sleep and set it again. */
	thread_clear_work(t, WORK_NOTIFY_RESUME);
	if (t->arch.debug)
		arch_debug_load(t->arch.debug);
	if (t->rseq)
		rseq_handle_resume(r);
}

void trap_user_work(struct regs *r)
{
	struct thread *t = thread_current();

	do {
		thread_clear_work(t, WORK_RESTORE | WORK_REGS);
		if ((t->work & WORK_INTERRUPT) || was_interrupted(r))
			do_signals(t, r);
		if (t->restore_blocked) {
			t->restore_blocked = false;
			signal_set_blocked(t->saved_blocked);
		}
		if (t->work & WORK_YIELD) {
			sched_yield();
			thread_notify_resume(t);
		}
		if (t->work & WORK_NOTIFY_RESUME)
			trap_notify_resume(r);
	} while (t->work);
	/* Interrupted or not, the system call is over. */
	r->vector = 0;
}

void trap_user_fault(struct regs *r, int signo, int code, uint64_t addr)
{
	struct thread *t = thread_current();
	struct process *p = t->process;
	struct signal_info info = {.signo = signo, .code = code, .addr = addr};
	uint64_t bit = SIGNAL_BIT(signo);

	if (unlikely(t->trace) && signo != SIGKILL) {
		signal_force(&info);
		return;
	}
	/*
	 * Blocked or ignored, the fault would repeat for ever; SIGKILL has no handler: the process
	 * ends.
	 */
	if ((t->blocked & bit) || p->actions[signo - 1].handler <= SIG_IGN) {
		log_printf("%s[%d]: signal %d at rip %p, address %p\n", t->comm, t->tid, signo,
			   (void *)r->rip, (void *)addr);
		process_exit_by_signal(signo);
	}
	run_handler(t, r, &info);
}
