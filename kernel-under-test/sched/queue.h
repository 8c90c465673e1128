/*
 * For sched's own files: the threads that wait for a CPU, each CPU with a queue and a lock.
 *
 * The lock of the queue of thread.cpu guards a thread's `state`, `run`, `allowed`, `cpu` itself
 * and its CPU time. A CPU that goes from one thread to another holds its own queue's lock from
 * before the old thread may be found asleep, or in the queue, until it stands on the new one's
 * stack. So whoever has the lock of a queue finds no thread there that still runs: see
 * docs/bantam/context-switch.md.
 *
 * A thread on its way from one queue to another (woken for another CPU, given away) is running, in
 * no list, and nobody's but its mover's; one lock at a time is held meanwhile, but by steal(),
 * which only tries for the second.
 */
#pragma once

#include "arch/spin.h"
#include "sched/thread.h"

struct queue {
	struct spinlock lock;
	unsigned int count;
	struct list threads;
	struct thread *current;
	/* It may run here no more, and is moved once it is off its stack. */
	struct thread *leaving;
	/* Only its own CPU changes it; others may look. */
	bool slice_running;
	/* The first is not urgent, but has a turn. */
	bool relief;
	/* Nanoseconds that urgent threads had while others waited; until when, in ticks. */
	uint64_t hoarded, hoard_seen;
} __attribute__((aligned(64)));

extern struct queue sched_queues[CPUS_MAX];

/*
 * CPUs that sleep and that nobody has given anything to do yet. Changed atomically; a CPU sets its
 * bit with its queue's lock, having found nothing there.
 */
extern uint32_t sched_idle_cpus;
/* Stands there too: a thread is urgent, or was. So who looks for the ones hears of the others. */
#define URGENT_AROUND BIT(31)

static inline struct queue *queue_here(void)
{
	struct queue *q = &sched_queues[arch_cpu_id()];

	/* Computed once, not at each use. */
	asm("" : "+r"(q));
	return q;
}

/* The queue of `t`, locked, and its CPU. */
static inline unsigned int queue_lock_of(const struct thread *t, struct queue **q)
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

static inline void queue_push(struct queue *q, struct thread *t)
{
	list_push_back(&q->threads, &t->run);
	q->count++;
}

static inline void queue_remove(struct queue *q, struct thread *t)
{
	list_remove(&t->run);
	q->count--;
}

/* Of threads that are urgent, in sched/urgent.c. All want the queue locked. */
/* Queues one that is to run on `cpu` before those that are less so: whether that must be told. */
bool queue_push_urgent(struct queue *q, struct thread *t, unsigned int cpu);
/* Who runs in the place of `t`, which runs here and is queued then; NULL: nobody. */
struct thread *queue_next_urgent(struct queue *q, struct thread *t);
/* At the end of a slice of `t`, which others wait for: whether it has to give way. */
bool queue_turn_over(struct queue *q, struct thread *t);
/* How long the first one's turn is to be. */
uint64_t queue_turn_ns(const struct queue *q);
/* sched_place() of one that is urgent: where less urgent ones run. */
unsigned int sched_place_urgent(const struct thread *t);

/* Where a thread is to run: where it ran last, unless that CPU is busy and another is idle. */
unsigned int sched_place(const struct thread *t);

/* One that waits for another CPU and may run on this one, now this one's; NULL. */
struct thread *sched_steal(void);

/* To that CPU's queue, of a thread that is in none. Without the lock of any. */
void sched_send(struct thread *t, unsigned int cpu);

/* With this CPU's queue locked: the slice has begun. */
void sched_start_slice(struct queue *q, uint64_t ns);

/* With `q`, this CPU's, locked: one of it to be sent to a CPU with less to do, taken off; NULL. */
struct thread *sched_spread(struct queue *q, unsigned int *to);
