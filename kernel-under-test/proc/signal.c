#include "proc/signal.h"

#include "arch/trap.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "sched/sched.h"

/* The default action of these is nothing. Stopping is not there: those do nothing either. */
#define DEFAULT_NOTHING                                                                            \
	(SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH) |   \
	 SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU) | SIGNAL_BIT(SIGSTOP))

static void update_work(struct process *p)
{
	struct thread *t = p->thread;

	if (p->pending & ~p->blocked)
		t->work |= WORK_SIGNAL;
	else
		t->work &= ~WORK_SIGNAL;
}

void signal_send(struct process *p, int signo)
{
	uint64_t bit = SIGNAL_BIT(signo);

	/* Process 1 dies of nothing that is sent to it: the system would go with it. */
	if (p->zombie || (bit & (DEFAULT_NOTHING | p->ignored)) || p->pid == 1)
		return;
	p->pending |= bit;
	update_work(p);
	if ((p->thread->work & WORK_SIGNAL) && p->thread->interruptible)
		sched_wake(p->thread);
}

void signal_set_blocked(struct process *p, uint64_t blocked)
{
	p->blocked = blocked & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
	update_work(p);
}

struct kill {
	int group; /* 0: everyone but process 1 */
	int signo;
	bool found;
};

static bool kill_one(struct process *p, void *ctx)
{
	struct kill *k = ctx;

	if (k->group ? p->pgid != k->group : p->pid == 1 || p == process_current())
		return true;
	k->found = true;
	if (k->signo)
		signal_send(p, k->signo);
	return true;
}

int signal_kill(int pid, int signo)
{
	struct kill k = {0, signo, false};
	struct process *p;

	if (signo < 0 || signo > SIGNALS_MAX)
		return -EINVAL;
	if (pid > 0) {
		p = process_find(pid);
		if (p && signo)
			signal_send(p, signo);
		return p ? 0 : -ESRCH;
	}
	if (pid == 0)
		k.group = process_current()->pgid;
	else if (pid != -1)
		k.group = -pid;
	process_each(kill_one, &k);
	return k.found ? 0 : -ESRCH;
}

void trap_user_fault(struct regs *regs, int signo, uint64_t addr)
{
	struct process *p = process_current();

	log_printf("%s[%d]: signal %d at rip %p, address %p\n", p->comm, p->pid, signo,
		   (void *)regs->rip, (void *)addr);
	process_exit(STATUS_SIGNAL(signo));
}

void trap_user_work(struct regs *regs)
{
	struct thread *t = thread_current();
	struct process *p = t->process;

	(void)regs;
	t->work &= ~WORK_RESTORE;
	while (t->work & (WORK_RESCHED | WORK_SIGNAL)) {
		uint64_t now = p->pending & ~p->blocked;

		if (now)
			process_exit(STATUS_SIGNAL(__builtin_ctzll(now) + 1));
		if (t->work & WORK_RESCHED)
			sched_yield();
	}
}
