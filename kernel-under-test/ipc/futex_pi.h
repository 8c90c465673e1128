/*
 * Locks whose owner stands in the futex's word: FUTEX_LOCK_PI and its kin.
 *
 *     bits 0..29  the owner's thread number, 0: free
 *     bit 30      FUTEX_OWNER_DIED
 *     bit 31      FUTEX_WAITERS: who gives it back must ask the kernel
 *
 * A lock always has an owner: it is handed over, to the most urgent who waits, and of these to who
 * came first. Meanwhile its owner is as urgent as the most urgent who waits for it, and so is who
 * that one waits for.
 *
 * All of these want the kernel lock. They may sleep over a page of the word; what they found out
 * before is then found out again.
 */
#pragma once

#include "lib/types.h"

#define FUTEX_WAITERS	 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK	 0x3fffffffu

struct thread;

/*
 * Makes the caller the owner; with `try` only if nobody is. 0, -EAGAIN (tried), -EDEADLK (it is the
 * owner, or the owner waits for it), -ESRCH (the owner is gone), -EINVAL (the word is not what it
 * must be), -EFAULT, -ENOMEM, -ETIMEDOUT, -ERESTARTNOINTR.
 */
long futex_lock_pi(uint64_t addr, uint64_t deadline_ns, bool try, bool shared);

/* 0, -EPERM (not the owner), -EINVAL (the word is not what it must be), -EFAULT. */
long futex_unlock_pi(uint64_t addr, bool shared);

/* The locks that somebody waits for. */
extern struct futex_pi_lock *futex_pi_locks;

/* `t` ends, and what it owns goes to who waits for it. Does not sleep. */
void futex_pi_exit(const struct thread *t);

/* Makes `t`, and whom it waits for, as urgent as its own priority and its waiters want it. */
void futex_pi_reckon(struct thread *t);

void futex_pi_init(void);
