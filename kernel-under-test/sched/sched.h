/*
 * Who runs next: each CPU has a queue of its own, first come, first served, in slices of SLICE_NS.
 *
 * A woken thread goes back to the CPU it ran on, or to an idle one. An idle CPU takes what waits
 * for others, and at the end of a slice a long queue gives to a short one.
 *
 * The timer of a CPU is silent while nobody waits for it. The kernel itself is not preempted: a
 * thread gives the CPU away when it blocks, and on its way back to user mode. All of these
 * functions want the kernel lock, and keep it over a switch: see arch/spin.h.
 */
#pragma once

#include "arch/smp.h"
#include "sched/thread.h"

#define SLICE_NS 4000000ull

/* Call once, before any CPU's sched_init_cpu(). */
void sched_init(void);

/* Makes the caller, on a CPU's first stack, its idle thread. Call once on each. */
void sched_init_cpu(void);

/* `nice` from -20 to 19: the higher, the shorter its turns. */
void sched_set_nice(struct thread *t, int nice);

/* Makes a blocked thread run again. No effect on one that is not blocked. */
void sched_wake(struct thread *t);

/* `t`, whose work has changed, takes a look soon if it is running now. */
void sched_poke(const struct thread *t);

/* Lets `t` run on these CPUs only; at least one of them must be running. */
void sched_set_allowed(struct thread *t, uint32_t cpus);

/* Whether a thread waits for this CPU. Needs no lock. */
bool sched_others_wait(void);

/*
 * Returns when every other thread of this process that is running has left what it does without the
 * kernel lock: what it may have found there can be freed then, if none can find it any more.
 */
void sched_settle_others(bool all);
static inline void sched_settle(void)
{
	if (unlikely(arch_cpu_count() > 1))
		sched_settle_others(false);
}

/* The same of all threads, whosever they are. */
static inline void sched_settle_all(void)
{
	if (unlikely(arch_cpu_count() > 1))
		sched_settle_others(true);
}

/* Gives the CPU to others; returns when the caller's turn has come again. */
void sched_yield(void);

/* Sleeps until sched_wake(). The caller has put itself where its waker will find it. */
void sched_block(void);

/* Nanoseconds that a CPU has had nothing to run. */
uint64_t sched_idle_ns(unsigned int cpu);

/* Whether the caller is the idle thread (or the boot), which can't block. */
bool sched_is_idle(void);

/* Ends the calling thread, and frees it once it does not run any more. */
_Noreturn void sched_exit(void);

/* Runs whatever there is to run, for ever. */
_Noreturn void sched_idle(void);

/* Runs `space` under the calling thread from now on; NULL for none. */
void sched_set_space(struct space *space);
