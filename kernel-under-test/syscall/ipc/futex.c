/* futex(2) and futex_waitv(2). */
#include "ipc/futex.h"

#include "arch/time.h"
#include "ipc/futex_pi.h"
#include "mm/kmem.h"
#include "sched/wait.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define FUTEX_WAIT	  0
#define FUTEX_WAKE	  1
#define FUTEX_REQUEUE	  3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP	  5
#define FUTEX_LOCK_PI	  6
#define FUTEX_UNLOCK_PI	  7
#define FUTEX_TRYLOCK_PI  8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_LOCK	  11 /* FUTEX_WAIT_REQUEUE_PI */
#define FUTEX_WAKE_LOCK	  12 /* FUTEX_CMP_REQUEUE_PI */
#define FUTEX_LOCK_PI2	  13

#define FUTEX_PRIVATE	     128u
#define FUTEX_CLOCK_REALTIME 256u

#define ANY UINT32_MAX

/* futex_waitv(): most waiters, and the flag for 32-bit words. */
#define WAITV_MAX 128
#define WAITV_32  2u

struct user_waiter {
	uint64_t value, addr;
	uint32_t flags, reserved;
};

/* In requeue operations the timeout argument is a count. */
static int get_deadline(uint64_t timeout, unsigned int op, bool realtime, uint64_t *deadline)
{
	uint64_t ns, past = time_epoch_ns();
	int err;

	*deadline = WAIT_FOREVER;
	if (!timeout)
		return 0;
	err = time_get_user(timeout, &ns);
	if (err)
		return err;
	if (op == FUTEX_WAIT)
		*deadline = arch_time_ns() + ns;
	else
		*deadline = realtime ? ns - MIN(ns, past) : ns;
	return 0;
}

/*
 * FUTEX_WAKE_OP: computes the new word, or -ENOSYS. `code`: 4 bits operation, 4 bits comparison, 12
 * bits for each argument.
 */
static int operate(uint32_t code, uint32_t was, uint32_t *now)
{
	uint32_t arg = (uint32_t)((int32_t)(code << 8) >> 20), operation = code >> 28 & 7;

	if (code >> 31)
		arg = 1u << (arg & 31);
	const uint32_t results[] = {arg, was + arg, was | arg, was & ~arg, was ^ arg};

	if (operation >= ARRAY_SIZE(results))
		return -ENOSYS;
	*now = results[operation];
	return 0;
}

/* Whether the old word satisfies the comparison, or -ENOSYS. */
static int compare(uint32_t code, uint32_t was)
{
	int32_t arg = (int32_t)(code << 20) >> 20, is = (int32_t)was;
	const bool results[] = {is == arg, is != arg, is<arg, is <= arg, is> arg, is >= arg};
	uint32_t comparison = code >> 24 & 15;

	return comparison < ARRAY_SIZE(results) ? results[comparison] : -ENOSYS;
}

/*
 * Modifies the word at `addr2`, wakes at `addr`, and at `addr2` too if the old word satisfied the
 * comparison. A waiter either saw the old word and is in its bucket by now, or sees the new one.
 */
static long wake_op(uint64_t addr, uint32_t count, uint64_t addr2, uint32_t count2, uint32_t code,
		    bool shared)
{
	uint32_t was, word, new;
	long n, more;
	int met;

	if (!IS_ALIGNED(addr, 4) || !IS_ALIGNED(addr2, 4))
		return -EINVAL;
	if (!user_range_ok(addr, 4) || copy_from_user(&word, addr2, sizeof(word)) < 0)
		return -EFAULT;
	do {
		was = word;
		met = operate(code, was, &new);
		if (met)
			return met;
		if (cmpxchg_user(addr2, &word, new) < 0)
			return -EFAULT;
	} while (word != was);
	met = compare(code, was);
	if (met < 0)
		return met;
	n = futex_wake(addr, (int)count, ANY, shared);
	if (!met || n < 0)
		return n;
	more = futex_wake(addr2, (int)count2, ANY, shared);
	return more < 0 ? more : n + more;
}

static long lock_pi(uint64_t addr, unsigned int command, uint64_t deadline, bool shared)
{
	KERNEL_SCOPE();
	return command == FUTEX_UNLOCK_PI
		       ? futex_unlock_pi(addr, shared)
		       : futex_lock_pi(addr, deadline, command == FUTEX_TRYLOCK_PI, shared);
}

static long wait_lock(uint64_t addr, const uint64_t *args, bool realtime, bool shared)
{
	uint64_t deadline;
	long err = get_deadline(args[1], FUTEX_WAIT_LOCK, realtime, &deadline);

	if (!err)
		err = futex_wait_requeue_pi(addr, (uint32_t)args[0], deadline, args[2], shared);
	if (!err)
		err = lock_pi(args[2], FUTEX_LOCK_PI, deadline, shared);
	else
		return err;
	/* A restart would find the word changed. */
	return err == -ERESTARTNOINTR ? -EAGAIN : err;
}

/* Less frequent operations. */
static noinline long do_other(uint64_t addr, unsigned int command, bool shared,
			      const uint64_t *args)
{
	uint64_t deadline;

	switch (command) {
	case FUTEX_WAKE_OP:
		return wake_op(addr, (uint32_t)args[0], args[2], (uint32_t)args[1],
			       (uint32_t)args[3], shared);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME:
		return get_deadline(args[1], command, command != FUTEX_LOCK_PI2, &deadline)
			       ?: lock_pi(addr, command, deadline, shared);
	case FUTEX_WAIT_LOCK:
	case FUTEX_WAIT_LOCK | FUTEX_CLOCK_REALTIME:
		return wait_lock(addr, args, command & FUTEX_CLOCK_REALTIME, shared);
	case FUTEX_WAKE_LOCK:
		if ((uint32_t)args[0] != 1 || (int)args[1] < 0)
			return -EINVAL;
		return futex_requeue_pi(addr, args[2], (unsigned int)args[1] + 1, (uint32_t)args[3],
					shared);
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI:
		return lock_pi(addr, command, WAIT_FOREVER, shared);
	default:
		return -ENOSYS;
	}
}

/* Without the kernel lock. */
long sys_futex(uint64_t addr, uint64_t op, uint64_t value, uint64_t timeout, uint64_t addr2,
	       uint64_t value3)
{
	unsigned int command = (unsigned int)op & ~FUTEX_PRIVATE;
	bool shared = !(op & FUTEX_PRIVATE);
	uint32_t v = (uint32_t)value, v3 = (uint32_t)value3;
	uint64_t deadline;
	int err;

	switch (command) {
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME:
		if (!v3)
			return -EINVAL;
		err = get_deadline(timeout, command, op & FUTEX_CLOCK_REALTIME, &deadline);
		return err ?: futex_wait(addr, v, deadline, v3, shared);
	case FUTEX_WAIT:
		err = get_deadline(timeout, command, false, &deadline);
		return err ?: futex_wait(addr, v, deadline, ANY, shared);
	case FUTEX_WAKE:
		return futex_wake(addr, (int)v, ANY, shared);
	case FUTEX_WAKE_BITSET:
		return v3 ? futex_wake(addr, (int)v, v3, shared) : -EINVAL;
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(addr, addr2, v, (unsigned int)timeout,
				     command == FUTEX_REQUEUE ? NULL : &v3, shared);
	default:
		return do_other(addr, command, shared, (uint64_t[]){value, timeout, addr2, value3});
	}
}

/* Without the kernel lock. */
long sys_futex_waitv(uint64_t waiters, uint64_t count, uint64_t flags, uint64_t timeout,
		     uint64_t clock)
{
	struct futex_wanted *w SCOPED(kmem_free) = NULL;
	unsigned int n = (unsigned int)count;
	struct user_waiter u;
	uint64_t deadline;
	int err;

	if ((uint32_t)flags || !n || n > WAITV_MAX || !waiters)
		return -EINVAL;
	if (timeout && (uint32_t)clock > CLOCK_MONOTONIC)
		return -EINVAL;
	err = get_deadline(timeout, FUTEX_WAIT_BITSET, (uint32_t)clock == CLOCK_REALTIME,
			   &deadline);
	if (err)
		return err;
	w = kmem_alloc(n * sizeof(*w));
	if (!w)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		if (copy_from_user(&u, waiters + i * sizeof(u), sizeof(u)) < 0)
			return -EFAULT;
		if ((u.flags & ~FUTEX_PRIVATE) != WAITV_32 || u.reserved)
			return -EINVAL;
		w[i] = (struct futex_wanted){u.addr, (uint32_t)u.value, !(u.flags & FUTEX_PRIVATE)};
	}
	return futex_wait_any(w, n, deadline);
}
