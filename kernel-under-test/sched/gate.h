/*
 * A gate before an object that may be used with the kernel lock and without.
 *
 * Who holds the kernel lock enters, and may sleep inside. Who does not passes only while nobody is
 * inside, holds the gate's spinlock meanwhile, and does but what needs no waiting and wakes nobody;
 * else he comes back with the kernel lock. So what is done inside is as safe as if there were only
 * the kernel lock.
 *
 *   CPU 0, with the kernel lock          CPU 1, without
 *   inside++ (a full barrier)            takes the spinlock (a full barrier)
 *   waits until the spinlock is free     inside? then gives it back, and takes the long way
 *
 * One of the two sees the other. A thread that sleeps on the object is inside. One that only wants
 * to be told (wait_subscribe) subscribes inside, and is seen in the queue from then on.
 */
#pragma once

#include "arch/spin.h"

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

/* Somebody is inside, now: who would pass may save the trouble. */
static inline bool gate_occupied(const struct gate *g)
{
	return READ_ONCE(g->inside);
}

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
