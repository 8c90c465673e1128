/*
 * Things to do at a time. The timer of each CPU is armed only for the next of its own. Each CPU's
 * have a lock (LOCK_CLOCK); a timer itself belongs to its owner, who has the kernel lock to add and
 * cancel it unless it is `unlocked`.
 */
#pragma once

#include "lib/pheap.h"
#include "lib/types.h"

struct regs;

/* Goes up each day on which a time slice ends, and when a clock or a mount is set; never 0. */
extern uint32_t timer_day;

struct timer {
	struct pheap_node node;
	struct clock *pending; /* where, or NULL */
	void (*ring)(struct timer *t);
	/*
	 * `ring` runs without the kernel lock, and with that of the clock: it only wakes. Once
	 * timer_cancel() has returned it does not run any more.
	 */
	bool unlocked;
};

/*
 * `ring` runs once at `deadline_ns` (as arch_time_ns() counts), in interrupt context, on the CPU
 * that added it; with the kernel lock.
 */
void timer_add(struct timer *t, uint64_t deadline_ns);
/* No effect on one that is not pending. */
void timer_cancel(struct timer *t);

/* Ends the sleep of who set it: sched_cut_short(). */
struct alarm {
	struct timer timer;
	struct thread *thread;
	bool rung;
};

/* Without the kernel lock or with. WAIT_FOREVER: does not ring. Each set must be ended. */
void alarm_set(struct alarm *a, uint64_t deadline_ns);
/* Whether it has rung; it does not any more. */
static inline bool alarm_end(struct alarm *a)
{
	timer_cancel(&a->timer);
	return a->rung;
}

/* For sched: the end of a time slice, which calls sched_slice_end(). */
void timer_set_slice(uint64_t deadline_ns);
void sched_slice_end(const struct regs *regs);
