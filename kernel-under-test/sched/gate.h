/*
 * A gate before an object that may be used with the kernel lock and without.
 *
 * Who holds the kernel lock enters, and may sleep inside. Who does not passes only while nobody is
 * inside, and holds the gate's spinlock meanwhile; else he comes back with the kernel lock. So what
 * is done inside is as safe as if there were only the kernel lock.
 *
 *   CPU 0, with the kernel lock          CPU 1, without
 *   inside++ (a full barrier)            takes the spinlock (a full barrier)
 *   waits until the spinlock is free     inside? then gives it back, and takes the long way
 *
 * One of the two sees the other. The wait queues of the object are its own: who sleeps there or
 * wakes has passed the gate or is inside. A thread that went inside sleeps inside (wait_sleep), one
 * that passed sleeps outside (gate_sleep), and either wakes the other: whoever wakes one that went
 * inside is inside too, and the waiter of one that passed stays where it is until the waker is done
 * with it, because its thread goes on only when it has been woken or has had the gate.
 *
 * One that only wants to be told (wait_subscribe) subscribes and unsubscribes inside, or passing.
 */
#pragma once

#include "arch/spin.h"
#include "sched/wait.h"

/* All zero: open. */
struct gate {
	struct spinlock lock;
	uint32_t inside; /* changed with the kernel lock */
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

/* Inside `g` from here to the end of the scope, however that is left. */
#define GATE_SCOPE(g)                                                                              \
	struct gate *scope_gate_ SCOPED(gate_leave) __attribute__((unused)) = gate_entered(g)

/* Without the kernel lock. True: gate_return(). */
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

/* Having passed: whether all who stand there can be woken or told without the kernel lock. */
bool gate_may_tell(const struct wait_queue *q);
static inline bool gate_may_wake(const struct wait_queue *q)
{
	const struct waiter *first = list_first(&q->waiters, struct waiter, link);

	return wait_empty(q) || !first->told || gate_may_tell(q);
}

/*
 * Having passed: sleeps on `q`, and gives the gate back as soon as wakers find the thread there. 0:
 * woken. -ERESTARTSYS. What was looked up without a reference is void.
 */
int gate_sleep(struct gate *g, struct wait_queue *q);
