/*
 * Wait queues: threads that sleep until something has happened, and others who want to be told.
 *
 *     while (!ready(x)) {
 *             int err = wait_sleep(&x->queue, WAIT_INTERRUPTIBLE);
 *             if (err)
 *                     return err;
 *     }
 *
 * With the kernel lock nothing is lost between the test and the sleep, for whoever wakes has that
 * too. A woken thread tests again: another may have been faster. Queues of what is used without
 * that lock too are guarded by a gate: sched/gate.h.
 */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

struct thread;

struct wait_queue {
	struct list waiters;
};

struct waiter {
	struct list link;
	/* Someone to tell, each time; NULL: a thread to wake, once. */
	void (*told)(struct waiter *w);
	/* `told` may be called without the kernel lock: it does no more than sched_wake(). */
	bool unlocked;
	union {
		struct thread *thread;
		void *ctx;
	};
};

/* The result of a sleep that a signal ended: -ERESTARTSYS. The way back is sure to look then. */
int wait_interrupted(void);

#define WAIT_INTERRUPTIBLE true
#define WAIT_FOREVER	   UINT64_MAX

static inline void wait_init(struct wait_queue *q)
{
	list_init(&q->waiters);
}

/* Sleeps until woken: 0, or -ERESTARTSYS when a signal ended or forestalled the sleep. */
int wait_sleep(struct wait_queue *q, bool interruptible);

/* The same until `deadline_ns` at the latest: -ETIMEDOUT when that came first. */
int wait_sleep_until(struct wait_queue *q, bool interruptible, uint64_t deadline_ns);

/*
 * The same in no queue, without the kernel lock or with: until the deadline, a signal, or
 * sched_wake() by one who has set *told before, if that is not NULL; not at all if it is set.
 */
int wait_until(uint64_t deadline_ns, const bool *told);

/* Has `told` called at each wake-up from now on, until wait_unsubscribe(). */
static inline void wait_subscribe(struct wait_queue *q, struct waiter *w)
{
	list_push_front(&q->waiters, &w->link);
}

static inline void wait_unsubscribe(struct waiter *w)
{
	list_remove(&w->link);
}

static inline bool wait_empty(const struct wait_queue *q)
{
	return list_empty(&q->waiters);
}

/* For the two below: `q` is not empty. */
void wait_do_wake_one(struct wait_queue *q);
void wait_do_wake_all(struct wait_queue *q);

/* Wakes the one that has waited longest, or all. Both tell all subscribers. */
static inline void wait_wake_one(struct wait_queue *q)
{
	if (!wait_empty(q))
		wait_do_wake_one(q);
}

static inline void wait_wake_all(struct wait_queue *q)
{
	if (!wait_empty(q))
		wait_do_wake_all(q);
}
