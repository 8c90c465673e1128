/*
 * Futexes: waiting until another thread says that a word of user memory has changed.
 *
 * A bucket's lock guards the waiters in it; waiters release it in sched_sleep(), and wakers hold
 * it. No other lock is taken, except the space's lock for shared futexes.
 *
 *   CPU 0, waits                              CPU 1, wakes
 *                                             changes the word (user code)
 *   locks the bucket; word as expected?       locks the bucket; any waiters?
 *   queues itself; sleeps and unlocks         dequeues it, wakes it, unlocks
 *
 * Whoever locks the bucket first: either the waiter sees the new value, or the waker the waiter. A
 * wait ended by a signal or a timeout checks under the bucket's lock whether it was woken first.
 * Requeueing holds the locks of both buckets, taking the one at the lower address first.
 */
#pragma once

#include "lib/types.h"

/*
 * Sleeps if the word at `addr` is `expected`, until woken with bits that intersect `bitset`, which
 * is not 0. Returns 0, -EAGAIN (another value), -EFAULT, -ETIMEDOUT, or when interrupted
 * -ERESTARTSYS, with a deadline -ERESTART_RESTARTBLOCK (WAIT_FOREVER: no deadline).
 */
long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared);

/* One of several words to wait for. */
struct futex_wanted {
	uint64_t addr;
	uint32_t expected;
	bool shared;
};

/*
 * Sleeps until a waker finds the caller at one of `n` words. Returns its index, -ENOMEM, or as
 * futex_wait(), but always -ERESTARTSYS when interrupted.
 */
long futex_wait_any(const struct futex_wanted *w, unsigned int n, uint64_t deadline_ns);

/* Wakes up to `count`, and at least one, of the waiters at `addr`. Returns how many, or -errno. */
long futex_wake(uint64_t addr, int count, uint32_t bitset, bool shared);

/*
 * Wakes up to `wake_max` waiters at `from` and moves up to `move_max` others to `to`. With
 * `expected`, only if the word at `from` is *expected, else -EAGAIN. Returns how many were woken or
 * moved.
 */
long futex_requeue(uint64_t from, uint64_t to, unsigned int wake_max, unsigned int move_max,
		   const uint32_t *expected, bool shared);

/*
 * Waits at `addr` until futex_requeue_pi() to `to`. Returns 0 when the caller is to acquire that
 * lock (ipc/futex_pi.h), or as futex_wait(), but -ERESTARTNOINTR when interrupted.
 */
long futex_wait_requeue_pi(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint64_t to,
			   bool shared);
/*
 * Sends up to `count` of those waiters on to `to`, if the word at `from` is `expected`. Returns how
 * many, -EINVAL if one is an ordinary waiter or waits for another lock, -EAGAIN or -EFAULT.
 */
long futex_requeue_pi(uint64_t from, uint64_t to, unsigned int count, uint32_t expected,
		      bool shared);

void futex_init(void);
