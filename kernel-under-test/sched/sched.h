/*
 * The scheduler: a FIFO run queue per CPU, with time slices of SLICE_NS.
 *
 * A woken thread goes back to the CPU it ran on, or to an idle one. An idle CPU steals from the
 * others' queues, and at the end of a slice a long queue gives a thread to a shorter one.
 *
 * The timer of a CPU is off while nobody waits for that CPU. The kernel is not preempted: a thread
 * yields when it blocks, and on its way back to user mode.
 *
 * These functions need no lock unless stated otherwise; sched/queue.h describes the locks inside. A
 * thread that yields with the kernel lock held has it again when it continues (arch/spin.h).
 * Meanwhile its CPU releases it, or passes it on to the next thread, but only after leaving the old
 * stack.
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

/* Makes the caller, on a CPU's initial stack, its idle thread. Call once per CPU. */
void sched_init_cpu(void);

/*
 * Sets the effective real-time priority, 1 to 99, or 0 for none. A thread runs before all with a
 * lower one for as long as it likes, and before those of the same one that came later, unless
 * SCHED_RR. Needs the kernel lock.
 */
void sched_set_eff_priority(struct thread *t, uint8_t eff_priority);
/* Whether any thread ever was real-time. */
bool sched_rt_seen(void);

/* Sets the nice value, -20 to 19: the higher, the shorter its time slices. */
void sched_set_nice(struct thread *t, int nice);

/*
 * Makes a blocked thread runnable; of others it only sets wake_missed. `t` cannot have exited,
 * since the caller holds the lock that guards what it sleeps on.
 */
void sched_wake(struct thread *t);

/* The same for a signal, if the sleep is interruptible, or for a timeout. */
void sched_interrupt_sleep(struct thread *t, bool interruptible);

/* Makes `t`, whose `work` has changed, check it soon if it is running. */
void sched_kick(const struct thread *t);

/* Sets the CPU affinity of `t`, which must include a running CPU. Needs the kernel lock. */
void sched_set_allowed(struct thread *t, uint32_t cpus);

/* From now on, slices end for the caller even if nobody waits, to sample it: thread.tick_samples.
 */
void sched_start_sampling(void);

/* Whether a thread waits for this CPU. */
bool sched_has_waiters(void);

/*
 * A grace period. Returns when every other running thread of this process has left what it does
 * without the kernel lock: what has been made unreachable can then be freed. Needs the kernel lock.
 */
void sched_synchronize_cpus(bool all);
static inline void sched_synchronize(void)
{
	if (unlikely(arch_cpu_count() > 1))
		sched_synchronize_cpus(false);
}

/* The same for the threads of all processes. */
static inline void sched_synchronize_all(void)
{
	if (unlikely(arch_cpu_count() > 1))
		sched_synchronize_cpus(true);
}

/* Yields the CPU; returns when the caller is scheduled again. */
void sched_yield(void);

/*
 * Sleeps until sched_wake(). Needs the kernel lock, as does the waker, who finds the caller on a
 * queue of its own.
 */
void sched_block(void);

/*
 * The same without the kernel lock: `guard` protects the wait instead, and a signal may end it.
 *
 *   CPU 0, sleeps                          CPU 1, wakes
 *   guard: not ready, adds itself
 *   locks its queue; releases `guard`      guard: makes it ready, removes it; sched_wake(), with
 *   blocks; switches to another stack      the guard held, waits for the queue's lock
 *   the next thread releases the lock      has it: the thread is blocked and off its stack
 *
 * Returns false if a signal was or became pending, or a timeout expired. A waker may then still
 * be about to find the thread's entry; whether it has been removed can be told under the guard.
 */
bool sched_sleep(struct spinlock *guard);

/*
 * The same, without sleeping if *done, which is tested under the queue's lock, so that whoever sets
 * it before waking needs no guard. `guard` may be NULL.
 */
bool sched_sleep_unless(struct spinlock *guard, const bool *done);

/* Nanoseconds that a CPU has been idle. */
uint64_t sched_idle_ns(unsigned int cpu);

/* Whether the caller is an idle thread (or the boot), which must not block. */
bool sched_is_idle(void);

/* Ends the calling thread, which is freed once off its stack. Needs the kernel lock. */
_Noreturn void sched_exit(void);

/* The idle loop. Called with the kernel lock, which it releases. */
_Noreturn void sched_idle(void);

/* Switches the calling thread to `space`; NULL for none. */
void sched_set_space(struct space *space);
