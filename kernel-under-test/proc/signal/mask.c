/*
 * Blocked sets, and the choice of the thread that gets a process's signal.
 *
 * rt_sigprocmask() changes the mask without the kernel lock:
 *
 *   CPU 0, blocks or unblocks            CPU 1, sends, with the kernel lock
 *   writes `blocked` (full barrier)      writes `pending` (full barrier)
 *   reads `pending`                      reads `blocked`: whom to wake?
 *
 * At least one of the two sees the other's write. `work` changes under the kernel lock only, which
 * CPU 0 takes if anything is pending or `work` is set.
 */
#include "arch/spin.h"
#include "proc/signal/signal.h"

void signal_retarget(const struct process *p, uint64_t set)
{
	for (uint64_t left = p->pending & set; left; left &= left - 1) {
		struct thread *t = signal_find_taker(p, left & -left);

		if (t)
			signal_wake(t);
	}
}

void signal_set_blocked_unlocked(uint64_t blocked)
{
	struct thread *t = thread_current();
	const struct process *p = t->process;
	uint64_t before;

	blocked &= ~SIGNALS_UNBLOCKABLE;
	before = __atomic_exchange_n(&t->blocked, blocked, __ATOMIC_SEQ_CST);
	if (likely(!READ_ONCE(p->pending) && !(READ_ONCE(t->pending) & ~blocked) &&
		   !(READ_ONCE(t->work) & WORK_SIGNAL)))
		return;
	KERNEL_SCOPE();
	signal_recalc_pending(t);
	signal_retarget(p, blocked & ~before);
}

void signal_set_blocked_for_sleep(uint64_t blocked)
{
	struct thread *t = thread_current();

	t->saved_blocked = t->blocked;
	t->restore_blocked = true;
	/* The old mask is restored on the way to user mode. */
	thread_add_work(t, WORK_RESTORE);
	signal_set_blocked(blocked);
}
