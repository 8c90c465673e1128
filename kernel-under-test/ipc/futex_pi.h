/*
 * Priority-inheritance futexes, with the owner in the futex word: FUTEX_LOCK_PI and its kin.
 *
 *     bits 0..29  the owner's thread id, 0: unlocked
 *     bit 30      FUTEX_OWNER_DIED
 *     bit 31      FUTEX_WAITERS: unlocking needs the kernel
 *
 * A contended lock is handed over to the waiter with the highest priority, among equals to the one
 * that came first. Meanwhile its owner inherits the highest priority of its waiters, and so does
 * whoever that owner waits for.
 *
 * All of these need the kernel lock. They may sleep to page the word in, and then start over.
 */
#pragma once

#include "lib/types.h"

#define FUTEX_WAITERS	 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK	 0x3fffffffu

struct thread;

/*
 * Makes the caller the owner; with `try`, only if nobody is. Returns 0, -EAGAIN (`try`), -EDEADLK
 * (it is the owner already, or the owner waits for it), -ESRCH (the owner has exited), -EINVAL (the
 * word is inconsistent), -EFAULT, -ENOMEM, -ETIMEDOUT or -ERESTARTNOINTR.
 */
long futex_lock_pi(uint64_t addr, uint64_t deadline_ns, bool try, bool shared);

/* Returns 0, -EPERM (not the owner), -EINVAL (the word is inconsistent) or -EFAULT. */
long futex_unlock_pi(uint64_t addr, bool shared);

/* The contended locks. */
extern struct futex_pi_lock *futex_pi_locks;

/* `t` exits: what it owns goes to the first waiters. Does not sleep. */
void futex_pi_exit(const struct thread *t);

/*
 * Updates the effective priority of `t`, and of those it waits for, from its own and its waiters'.
 */
void futex_pi_update_priority(struct thread *t);

void futex_pi_init(void);
