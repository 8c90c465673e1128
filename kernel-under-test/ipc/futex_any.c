/* Futexes: waiting for one of several. */
#include "ipc/futex.h"
#include "ipc/futex_waiter.h"
#include "mm/kmem.h"
#include "sched/timer.h"
#include "sched/wait.h"

/* Dequeues all `n`. Returns the index of the last one already woken, or -1. */
static int unqueue_all(struct futex_waiter *s, unsigned int n)
{
	int woken = -1;

	for (unsigned int i = 0; i < n; i++)
		if (futex_unqueue(&s[i]))
			woken = (int)i;
	return woken;
}

/*
 * Queues the waiters at all `n` words and returns 0, or at none: returns 1 and sets *woken if one
 * was woken meanwhile, or a negative errno.
 */
static int queue_all(struct futex_waiter *s, const struct futex_wanted *w, unsigned int n,
		     int *woken)
{
	for (unsigned int i = 0; i < n; i++) {
		struct bucket *b = s[i].bucket;
		uint32_t now;
		int err;

		spin_lock(&b->lock, LOCK_FUTEX);
		err = read_word(b, w[i].addr, &now);
		if (!err && now == w[i].expected)
			enqueue(b, &s[i]);
		spin_unlock(&b->lock);
		if (!err && now == w[i].expected)
			continue;
		*woken = unqueue_all(s, i);
		return *woken >= 0 ? 1 : err ?: -EAGAIN;
	}
	return 0;
}

long futex_wait_any(const struct futex_wanted *w, unsigned int n, uint64_t deadline_ns)
{
	struct futex_waiter *s SCOPED(kmem_free) = kmem_alloc(n * sizeof(*s));
	struct thread *t = thread_current();
	struct alarm a;
	int err = 0, woken = -1;

	if (!s)
		return -ENOMEM;
	for (unsigned int i = 0; i < n && !err; i++) {
		err = futex_key_of(w[i].addr, w[i].shared, &s[i].key);
		s[i].bucket = bucket_of(s[i].key);
		s[i].thread = t;
		s[i].bitset = UINT32_MAX;
	}
	if (err)
		return err;
	alarm_set(&a, deadline_ns);
	do {
		t->wake_missed = false;
		err = queue_all(s, w, n, &woken);
		if (err)
			break;
		if (!READ_ONCE(a.expired))
			sched_sleep_unless(NULL, &t->wake_missed);
		woken = unqueue_all(s, n);
		if (woken < 0 && READ_ONCE(a.expired))
			err = -ETIMEDOUT;
		else if (woken < 0 && (t->work & WORK_INTERRUPT))
			err = wait_interrupted();
	} while (woken < 0 && !err);
	alarm_cancel(&a);
	return woken >= 0 ? woken : err;
}
