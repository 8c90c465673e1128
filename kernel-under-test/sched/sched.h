/*
 * Who runs next: each CPU has a queue of its own, first come, first served, in slices of SLICE_NS.
 *
 * A woken thread goes back to the CPU it ran on, or to an idle one. An idle CPU takes what waits
 * for others, and at the end of a slice a long queue gives to a short one.
 *
 * The timer of a CPU is silent while nobody waits for it. The kernel itself is not preempted: a
 * thread gives the CPU away when it blocks, and on its way back to user mode.
 *
 * These functions need no lock unless they say so (sched/queue.h has the locks inside). A thread
 * that gives the CPU away with the kernel lock gets it back with that: see arch/spin.h. Meanwhile
 * the CPU gives it back, or keeps it for the next one, but not before the thread is off its stack.
 */
#pragma once

#include "arch/smp.h"
#include "arch/spin.h"
#include "sched/thread.h"

#define SLICE_NS    4000000ull
#define SCHED_RR_NS 100000000ull

#define SCHED_OTHER 0
#define SCHED_FIFO  1
#define SCHED_RR    2
#define SCHED_BATCH 3
#define SCHED_IDLE  5

/* Call once, before any CPU's sched_init_cpu(). */
void sched_init(void);

/* Makes the caller, on a CPU's first stack, its idle thread. Call once on each. */
void sched_init_cpu(void);

/*
 * How urgent a thread is, from 1 to 99, 0: not at all. It runs before all that are less so, however
 * long that takes, and its equals that came later (if it is SCHED_RR they have their turns). With
 * the kernel lock.
 */
void sched_set_urgency(struct thread *t, uint8_t urgency);
/* Whether any ever was. */
bool sched_any_urgent(void);

/* `nice` from -20 to 19: the higher, the shorter its turns. */
void sched_set_nice(struct thread *t, int nice);

/*
 * Makes a blocked thread run again. No effect on one that is not blocked. `t` can't have gone: the
 * caller has the lock that guards what it sleeps on.
 */
void sched_wake(struct thread *t);

/* The same for what it does not sleep on: a signal, if the sleep is interruptible, or an alarm. */
void sched_cut_short(struct thread *t, bool interruptible);

/* `t`, whose work has changed, takes a look soon if it is running now. */
void sched_poke(const struct thread *t);

/* Lets `t` run on these CPUs only; at least one of them must be running. With the kernel lock. */
void sched_set_allowed(struct thread *t, uint32_t cpus);

/* From now on the ends of slices look at the caller, also if nobody waits: thread.looks. */
void sched_look(void);

/* Whether a thread waits for this CPU. */
bool sched_others_wait(void);

/*
 * With the kernel lock. Returns when every other thread of this process that is running has left
 * what it does without that: what it may have found there can be freed then, if none can find it
 * any more.
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

/*
 * With the kernel lock. Sleeps until sched_wake(). The caller has put itself where its waker, who
 * has that lock too, will find it.
 */
void sched_block(void);

/*
 * Without the kernel lock: the same with another guard, and a signal may end it.
 *
 *   CPU 0, sleeps                          CPU 1, wakes
 *   guard: not ready, enters itself
 *   locks its queue; gives back `guard`    guard: is ready, takes it off; sched_wake(), still
 *   is blocked; leaves its stack           with the guard: waits for the queue's lock
 *   the next one gives back the lock       has it: blocked, and off its stack. Queues it
 *
 * False: a signal has come, or was there before, or an alarm has rung. Then a waker may be at the
 * thread's entry still, and the guard says whether he is.
 */
bool sched_sleep(struct spinlock *guard);

/*
 * The same, not at all if *told; it is looked at with the queue's lock, so who sets it before he
 * wakes needs no guard. `guard` may be NULL.
 */
bool sched_sleep_unless(struct spinlock *guard, const bool *told);

/* Nanoseconds that a CPU has had nothing to run. */
uint64_t sched_idle_ns(unsigned int cpu);

/* Whether the caller is the idle thread (or the boot), which can't block. */
bool sched_is_idle(void);

/* With the kernel lock. Ends the calling thread, and frees it once it does not run any more. */
_Noreturn void sched_exit(void);

/* Runs whatever there is to run, for ever. Comes with the kernel lock, and gives it back. */
_Noreturn void sched_idle(void);

/* Runs `space` under the calling thread from now on; NULL for none. */
void sched_set_space(struct space *space);
