/* Futexes: moving waiters from one to another. */
#include "ipc/futex.h"
#include "ipc/futex_waiter.h"

/* Locks both buckets, so that nobody who searches them in turn misses a waiter on its way. */
static void lock_both(struct bucket *a, struct bucket *b)
{
	if (a > b)
		lock_both(b, a);
	else {
		spin_lock(&a->lock, LOCK_FUTEX);
		if (a != b)
			spin_lock(&b->lock, LOCK_FUTEX);
	}
}

static void unlock_both(struct bucket *a, struct bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* Both buckets are locked. */
static long requeue(struct futex_key from, struct futex_key to, unsigned int wake_max,
		    unsigned int move_max)
{
	struct bucket *target = bucket_of(to);
	struct futex_waiter *s, *next;
	unsigned long woken = 0, moved = 0;

	list_for_each_safe (s, next, &bucket_of(from)->waiters, link) {
		if (!futex_key_equal(s->key, from))
			continue;
		if (!s->bitset)
			return -EINVAL;
		if (woken < wake_max) {
			wake(s);
			woken++;
		} else if (moved < move_max) {
			moved++;
			/* Moved to the end of the same queue, it would be visited again. */
			if (futex_key_equal(from, to))
				continue;
			list_remove(&s->link);
			s->key = to;
			s->bucket = target;
			enqueue(target, s);
		} else {
			break;
		}
	}
	return (long)(woken + moved);
}

long futex_requeue(uint64_t from, uint64_t to, unsigned int wake_max, unsigned int move_max,
		   const uint32_t *expected, bool shared)
{
	struct bucket *a, *b;
	struct futex_key key, target;
	uint32_t now;
	long n =
		(int)wake_max < 0 || (int)move_max < 0 ? -EINVAL : futex_key_of(from, shared, &key);

	if (!n)
		n = futex_key_of(to, shared, &target) ?: shared ? futex_check_readable(to) : 0;
	if (n)
		return n;
	a = bucket_of(key);
	b = bucket_of(target);
	for (;;) {
		lock_both(a, b);
		if (!expected || get_user_u32_nofault(from, &now) == 0)
			break;
		unlock_both(a, b);
		if (copy_from_user(&now, from, sizeof(now)) < 0)
			return -EFAULT;
	}
	n = expected && now != *expected ? -EAGAIN : requeue(key, target, wake_max, move_max);
	unlock_both(a, b);
	return n;
}

/* The bucket is locked. */
static long wake_lockers(struct futex_key from, struct futex_key to, unsigned int count)
{
	struct futex_waiter *s, *next;
	unsigned int woken = 0;

	list_for_each_safe (s, next, &bucket_of(from)->waiters, link) {
		if (!futex_key_equal(s->key, from))
			continue;
		if (s->bitset || !futex_key_equal(s->target, to))
			return -EINVAL;
		wake(s);
		if (++woken == count)
			break;
	}
	return woken;
}

long futex_requeue_pi(uint64_t from, uint64_t to, unsigned int count, uint32_t expected,
		      bool shared)
{
	struct futex_key key, target;
	struct bucket *b;
	uint32_t now;
	long n = futex_key_of(from, shared, &key) ?: futex_key_of(to, shared, &target);

	if (n || futex_key_equal(key, target))
		return n ?: -EINVAL;
	b = bucket_of(key);
	spin_lock(&b->lock, LOCK_FUTEX);
	n = read_word(b, from, &now);
	if (!n)
		n = now == expected ? wake_lockers(key, target, count) : -EAGAIN;
	spin_unlock(&b->lock);
	return n;
}
