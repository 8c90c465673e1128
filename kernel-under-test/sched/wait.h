/*
 * Wait queues: threads that sleep until something happens, and subscribers to be notified of it.
 *
 *     while (!ready(x)) {
 *             int err = wait_sleep(&x->queue, WAIT_INTERRUPTIBLE);
 *             if (err)
 *                     return err;
 *     }
 *
 * Under the kernel lock, which the waker holds too, no wakeup is lost between test and sleep. A
 * woken thread must test again, since another may have been faster. Queues of objects that are
 * also used without the kernel lock are guarded by a gate: sched/gate.h.
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
	/* A subscriber's callback, on every wakeup; NULL: a thread, woken once. */
	void (*notify)(struct waiter *w);
	/*
	 * `notify` may be called without the kernel lock, since it does no more than sched_wake()
	 * or putting an item on an epoll set's ready list.
	 */
	bool unlocked;
	union {
		struct thread *thread;
		void *ctx;
	};
};

/* The result of a sleep ended by a signal, -ERESTARTSYS. Ensures that the signal is checked for. */
int wait_interrupted(void);

#define WAIT_INTERRUPTIBLE true
#define WAIT_FOREVER	   UINT64_MAX

static inline void wait_init(struct wait_queue *q)
{
	list_init(&q->waiters);
}

/* Sleeps until woken. Returns 0, or -ERESTARTSYS if a signal ended or prevented the sleep. */
int wait_sleep(struct wait_queue *q, bool interruptible);

/* The same, until `deadline_ns` at the latest. Returns -ETIMEDOUT if that came first. */
int wait_sleep_until(struct wait_queue *q, bool interruptible, uint64_t deadline_ns);

/*
 * Sleeps on no queue, with or without the kernel lock, until the deadline, a signal, or
 * sched_wake() after *done was set. Does not sleep if *done is set already. `done` may be NULL.
 */
int wait_until(uint64_t deadline_ns, const bool *done);

/* Calls `notify` at each wakeup until wait_unsubscribe(). */
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

/* Slow paths of the two below; `q` is not empty. */
void wait_do_wake_one(struct wait_queue *q);
void wait_do_wake_all(struct wait_queue *q);

/* Wakes the longest waiter, or all. Both notify all subscribers. */
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
