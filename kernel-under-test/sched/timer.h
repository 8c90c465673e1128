/*
 * Timers. Each CPU has a heap of its own (LOCK_CLOCK), and programs its hardware timer for the
 * first deadline. A timer belongs to its owner, who holds the kernel lock to add or cancel it,
 * unless it is `unlocked`.
 */
#pragma once

#include "lib/pheap.h"
#include "lib/types.h"

struct regs;

/*
 * Incremented on each day on which a time slice ends, and when a clock or a mount is changed; never
 * 0.
 */
extern uint32_t timer_day;

struct timer {
	struct pheap_node node;
	struct clock *pending; /* the heap it is in, or NULL */
	void (*expire)(struct timer *t);
	/*
	 * `expire` runs without the kernel lock but with the clock's, so it may do no more than
	 * wake a thread. It does not run after timer_cancel() has returned.
	 */
	bool unlocked;
};

/*
 * Runs `expire` once at `deadline_ns` (on the clock of arch_time_ns()), in interrupt context on the
 * CPU that added it; with the kernel lock, unless `unlocked`.
 */
void timer_add(struct timer *t, uint64_t deadline_ns);
/* Does nothing if it is not pending. */
void timer_cancel(struct timer *t);

/* A timeout for the sleep of the thread that set it: sched_interrupt_sleep(). */
struct alarm {
	struct timer timer;
	struct thread *thread;
	bool expired;
};

/*
 * With or without the kernel lock. WAIT_FOREVER: never expires. Each alarm_set() needs an
 * alarm_cancel().
 */
void alarm_set(struct alarm *a, uint64_t deadline_ns);
/* Cancels it. Returns whether it had expired. */
static inline bool alarm_cancel(struct alarm *a)
{
	timer_cancel(&a->timer);
	return a->expired;
}

/* Private to sched: sets the end of the time slice, which calls sched_slice_end(). */
void timer_set_slice(uint64_t deadline_ns);
void sched_slice_end(const struct regs *regs);
