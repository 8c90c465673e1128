/*
 * Private to sched: the run queues, one per CPU.
 *
 * The lock of the queue of thread.cpu guards a thread's `state`, `run`, `allowed`, `cpu` itself and
 * its CPU time. A CPU that switches threads holds its queue's lock from before the old thread can
 * be found blocked, or in the queue, until it runs on the new thread's stack. So a thread found
 * under the lock of its queue is not still running: see docs/bantam/context-switch.md.
 *
 * A migrating thread (woken for another CPU, or given away) is in state running but on no queue,
 * and belongs to whoever moves it. No two queue locks are held at a time, except in sched_steal(),
 * which only tries for the second.
 */
#pragma once

#include "arch/spin.h"
#include "sched/thread.h"

struct run_queue {
	struct spinlock lock;
	unsigned int count;
	struct list threads;
	struct thread *current;
	/* Its affinity forbids this CPU: to be migrated once off its stack. */
	struct thread *migrating;
	/* Written by its own CPU only, under the lock. */
	bool slice_running;
	/* The first thread is not real-time, but has its turn by RT throttling. */
	bool rt_throttled;
	/*
	 * Nanoseconds used by real-time threads while others waited, as of `rt_accounted` (in
	 * ticks).
	 */
	uint64_t rt_runtime, rt_accounted;
} __attribute__((aligned(64)));

extern struct run_queue sched_queues[CPUS_MAX];

/*
 * Idle CPUs that have been given no work yet, a bit each. Atomic; a CPU sets its bit under its
 * queue's lock, having found the queue empty.
 */
extern uint32_t sched_idle_cpus;
/* In the same word, so that both are tested at once: some thread is or was real-time. */
#define RT_SEEN BIT(31)

static inline struct run_queue *queue_here(void)
{
	struct run_queue *q = &sched_queues[arch_cpu_id()];

	/* Forces the address into a register: computed once, not at each use. */
	asm("" : "+r"(q));
	return q;
}

/* Locks the queue of `t` and returns its CPU. Retries if the thread migrates meanwhile. */
static inline unsigned int queue_lock_of(const struct thread *t, struct run_queue **q)
{
	for (;;) {
		uint32_t cpu = READ_ONCE(t->cpu);

		*q = &sched_queues[cpu];
		spin_lock(&(*q)->lock, LOCK_RUN);
		if (likely(READ_ONCE(t->cpu) == cpu))
			return cpu;
		spin_unlock(&(*q)->lock);
	}
}

static inline void queue_push(struct run_queue *q, struct thread *t)
{
	list_push_back(&q->threads, &t->run);
	q->count++;
}

static inline void queue_remove(struct run_queue *q, struct thread *t)
{
	list_remove(&t->run);
	q->count--;
}

/* Real-time scheduling, in sched/realtime.c. The queue must be locked. */
/* Queues a real-time thread by priority on `cpu`. Returns whether that CPU must be interrupted. */
bool queue_push_rt(struct run_queue *q, struct thread *t, unsigned int cpu);
/* The thread to switch to from `t`, which is queued then; NULL to keep running `t`. */
struct thread *queue_next_rt(struct run_queue *q, struct thread *t);
/* At the end of a slice of `t`, with others waiting: whether it must yield. */
bool queue_rt_slice_end(struct run_queue *q, struct thread *t);
/* The length of the next thread's slice. */
uint64_t queue_slice_ns(const struct run_queue *q);
/* sched_select_cpu() for a real-time thread: prefers a CPU that runs a lower priority. */
unsigned int sched_select_cpu_rt(const struct thread *t);

/* The CPU to run `t` on: the one it ran on last, unless that is busy and another is idle. */
unsigned int sched_select_cpu(const struct thread *t);

/* Takes a thread from another CPU's queue that may run on this one; NULL if there is none. */
struct thread *sched_steal(void);

/* Queues `t`, which is on no queue, on that CPU. Call without any queue lock. */
void sched_enqueue(struct thread *t, unsigned int cpu);

/* Starts a time slice. This CPU's queue must be locked. */
void sched_start_slice(struct run_queue *q, uint64_t ns);

/*
 * Takes a thread off `q`, this CPU's locked queue, to be moved to the less busy CPU *to; or NULL.
 */
struct thread *sched_take_surplus(struct run_queue *q, unsigned int *to);
