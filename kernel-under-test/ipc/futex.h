/*
 * Futexes: sleeping until somebody says that a word of user memory has changed.
 *
 * A bucket's lock guards who sleeps there. A wait that does not sleep and a wake that finds nobody
 * take no other lock, but for that of the space when the futex is shared; who sleeps or wakes takes
 * the kernel lock, before the bucket's.
 *
 *   CPU 0, waits                              CPU 1, wakes
 *                                             changes the word (user code)
 *   bucket's lock; the word is as expected?   bucket's lock; anybody there?
 *   is entered; unlock
 *   kernel lock; still entered? sleeps        kernel lock, bucket's lock; takes it off, wakes
 *
 * Whichever has the bucket first: either the waiter sees the new word, or the waker the waiter.
 * Who moves sleepers has both buckets, the one at the lower address first.
 */
#pragma once

#include "lib/types.h"

/*
 * Without the kernel lock. Sleeps if the word at `addr` still is `expected`, until woken by one
 * whose bits meet `bitset`. 0, -EAGAIN (the word differs), -EFAULT, -ETIMEDOUT, -ERESTARTSYS, or
 * -EINTR when there is a deadline (WAIT_FOREVER: none).
 */
long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared);

/* Wakes at most `count` sleepers of `addr`; returns how many. With the kernel lock or without. */
long futex_wake(uint64_t addr, unsigned int count, uint32_t bitset, bool shared);

/*
 * With the kernel lock. Wakes at most `wake` sleepers of `from` and moves at most `move` others to
 * `to`. With `expected`, only if the word at `from` is *expected: else -EAGAIN. How many were woken
 * or moved.
 */
long futex_requeue(uint64_t from, uint64_t to, unsigned int wake, unsigned int move,
		   const uint32_t *expected, bool shared);

void futex_init(void);
