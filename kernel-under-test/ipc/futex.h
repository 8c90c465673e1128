/*
 * Futexes: sleeping until somebody says that a word of user memory has changed.
 *
 * A bucket's lock guards who sleeps there, and is what sleepers give back and wakers hold
 * (sched_sleep). No other lock is taken, but for that of the space when the futex is shared.
 *
 *   CPU 0, waits                              CPU 1, wakes
 *                                             changes the word (user code)
 *   bucket's lock; the word is as expected?   bucket's lock; anybody there?
 *   is entered; sleeps, and gives it back     takes it off, wakes
 *
 * Whichever has the bucket first: either the waiter sees the new word, or the waker the waiter. A
 * wait that a signal or an alarm ended looks, with the bucket's lock, whether it was woken first.
 * Who moves sleepers has both buckets, the one at the lower address first.
 */
#pragma once

#include "lib/types.h"

/*
 * Sleeps if the word at `addr` still is `expected`, until woken by one
 * whose bits meet `bitset`. 0, -EAGAIN (the word differs), -EFAULT, -ETIMEDOUT, -ERESTARTSYS, or
 * -EINTR when there is a deadline (WAIT_FOREVER: none).
 */
long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared);

/* Wakes at most `count` sleepers of `addr`, and one if that is none; returns how many. */
long futex_wake(uint64_t addr, int count, uint32_t bitset, bool shared);

/*
 * Wakes at most `wake` sleepers of `from` and moves at most `move` others to
 * `to`. With `expected`, only if the word at `from` is *expected: else -EAGAIN. How many were woken
 * or moved.
 */
long futex_requeue(uint64_t from, uint64_t to, unsigned int wake, unsigned int move,
		   const uint32_t *expected, bool shared);

void futex_init(void);
