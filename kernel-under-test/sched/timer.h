/*
 * Things to do at a time. The timer of each CPU is armed only for the next of its own. The kernel
 * lock guards all of them.
 */
#pragma once

#include "lib/pheap.h"
#include "lib/types.h"

struct timer {
	struct pheap_node node;
	struct pheap *pending; /* where, or NULL */
	void (*ring)(struct timer *t);
};

/*
 * `ring` runs once at `deadline_ns` (as arch_time_ns() counts), in interrupt context, on the CPU
 * that added it.
 */
void timer_add(struct timer *t, uint64_t deadline_ns);
/* No effect on one that is not pending. */
void timer_cancel(struct timer *t);

/* For sched: the end of a time slice, which calls sched_slice_end(). */
void timer_set_slice(uint64_t deadline_ns);
void sched_slice_end(void);
