/*
 * Things to do at a time. The timer of each CPU is armed only for the next of its own. Each CPU's
 * have a lock (LOCK_CLOCK); a timer itself belongs to its owner, who has the kernel lock to add and
 * cancel it unless it is `unlocked`.
 */
#pragma once

#include "lib/pheap.h"
#include "lib/types.h"

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

/* For sched: the end of a time slice, which calls sched_slice_end(). */
void timer_set_slice(uint64_t deadline_ns);
void sched_slice_end(void);
