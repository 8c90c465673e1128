/*
 * A gate: a lock for an object that is used both with and without the kernel lock.
 *
 * A holder of the kernel lock enters, and may sleep inside. A caller without it passes only if
 * nobody is inside, and holds the gate's spinlock meanwhile; otherwise it takes the kernel lock
 * and enters. Inside, the kernel lock thus gives the same exclusion as everywhere else.
 *
 *   CPU 0, with the kernel lock          CPU 1, without
 *   inside++ (full barrier)              takes the spinlock (full barrier)
 *   waits until the spinlock is free     inside != 0: releases it and takes the slow path
 *
 * At least one of the two sees the other. The object's wait queues are guarded by the gate: to
 * sleep on one or to wake it, be inside or have passed. A thread that is inside sleeps with
 * wait_sleep(), one that has passed with gate_sleep(), and either may wake the other. The waiter on
 * the stack of a thread in gate_sleep() stays valid for its waker, since the thread continues only
 * once it has been woken or has taken the gate itself.
 *
 * A subscriber (wait_subscribe) subscribes and unsubscribes inside, or having passed.
 */
#pragma once

#include "arch/spin.h"
#include "sched/wait.h"

/* Zero-initialized: open. */
struct gate {
	struct spinlock lock;
	uint32_t inside; /* guarded by the kernel lock */
};

static inline void gate_enter(struct gate *g)
{
	__atomic_fetch_add(&g->inside, 1, __ATOMIC_SEQ_CST);
	while (unlikely(READ_ONCE(g->lock.taken)))
		arch_spin_wait(&g->lock.taken);
}

static inline void gate_leave(struct gate *g)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	g->inside--;
}

static inline void gate_leave_scoped(struct gate *const *g)
{
	gate_leave(*g);
}

static inline struct gate *gate_entered(struct gate *g)
{
	gate_enter(g);
	return g;
}

/* Inside `g` to the end of the scope, however it is left. */
#define GATE_SCOPE(g)                                                                              \
	struct gate *scope_gate_ SCOPED(gate_leave) __attribute__((unused)) = gate_entered(g)

/* Call without the kernel lock. If it returns true, call gate_return() afterwards. */
static inline bool gate_pass(struct gate *g)
{
	spin_lock(&g->lock, LOCK_GATE);
	if (likely(!READ_ONCE(g->inside)))
		return true;
	spin_unlock(&g->lock);
	return false;
}

static inline void gate_return(struct gate *g)
{
	spin_unlock(&g->lock);
}

/* Having passed: whether all waiters of `q` can be woken or notified without the kernel lock. */
bool gate_may_notify(const struct wait_queue *q);
static inline bool gate_may_wake(const struct wait_queue *q)
{
	const struct waiter *first = list_first(&q->waiters, struct waiter, link);

	return wait_empty(q) || !first->notify || gate_may_notify(q);
}

/*
 * Having passed: sleeps on `q`, releasing the gate once wakers can find the thread. Returns 0 when
 * woken, or -ERESTARTSYS. Anything looked up without a reference is stale afterwards.
 */
int gate_sleep(struct gate *g, struct wait_queue *q);
