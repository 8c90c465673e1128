/* Futexes: wait and wake. */
#include "ipc/futex.h"

#include "ipc/futex_waiter.h"
#include "sched/timer.h"
#include "sched/wait.h"

struct bucket futex_buckets[FUTEX_BUCKETS];

void futex_init(void)
{
	for (size_t i = 0; i < FUTEX_BUCKETS; i++)
		list_init(&futex_buckets[i].waiters);
}

noinline bool futex_unqueue(struct futex_waiter *s)
{
	struct bucket *b;
	bool woken;

	for (;;) {
		b = READ_ONCE(s->bucket);
		spin_lock(&b->lock, LOCK_FUTEX);
		if (likely(s->bucket == b))
			break;
		spin_unlock(&b->lock);
	}
	woken = list_empty(&s->link);
	list_remove(&s->link);
	spin_unlock(&b->lock);
	return woken;
}

noinline struct list *futex_queue_position(struct bucket *b, const struct futex_waiter *s)
{
	struct futex_waiter *o;

	list_for_each (o, &b->waiters, link)
		if (o->thread->eff_priority < s->thread->eff_priority)
			break;
	return &o->link;
}

/*
 * Queues `me` and sleeps, if the word still has the expected value. Returns false if the sleep was
 * interrupted; otherwise *err is 0 or a negative errno.
 */
static bool queue_and_sleep(struct futex_waiter *me, uint64_t addr, uint32_t expected,
			    const bool *expired, int *err)
{
	struct bucket *b = me->bucket;
	uint32_t now;

	spin_lock(&b->lock, LOCK_FUTEX);
	*err = read_word(b, addr, &now);
	if (!*err && now != expected)
		*err = -EAGAIN;
	if (*err) {
		spin_unlock(&b->lock);
		return true;
	}
	enqueue(b, me);
	return sched_sleep_unless(&b->lock, expired);
}

static long wait_again(const struct restart *r)
{
	return futex_wait(r->args[0] & ~1ull, (uint32_t)r->args[1], r->deadline,
			  (uint32_t)(r->args[1] >> 32), r->args[0] & 1);
}

/* Words are 4-byte aligned, so `addr` has room for `shared` in bit 0. */
static noinline long interrupted(uint64_t addr, uint32_t expected, uint64_t deadline_ns,
				 uint32_t bitset)
{
	wait_interrupted();
	thread_current()->restart = (struct restart){
		wait_again, deadline_ns, {addr, expected | (uint64_t)bitset << 32}};
	return -ERESTART_RESTARTBLOCK;
}

long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared)
{
	struct futex_waiter me;
	struct alarm a;
	bool woken, expired;
	int err;

	me.bitset = bitset;
	err = futex_key_of(addr, shared, &me.key);
	if (err)
		return err;
	me.bucket = bucket_of(me.key);
	me.thread = thread_current();
	if (likely(deadline_ns == WAIT_FOREVER))
		return queue_and_sleep(&me, addr, expected, NULL, &err) || futex_unqueue(&me)
			       ? err
			       : wait_interrupted();
	alarm_set(&a, deadline_ns);
	woken = queue_and_sleep(&me, addr, expected, &a.expired, &err) || futex_unqueue(&me);
	expired = alarm_cancel(&a);
	if (woken)
		return err;
	if (expired)
		return -ETIMEDOUT;
	return interrupted(addr | shared, expected, deadline_ns, me.bitset);
}

long futex_wait_requeue_pi(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint64_t to,
			   bool shared)
{
	struct futex_waiter me = {.thread = thread_current()};
	struct alarm a;
	bool woken, expired;
	int err = futex_key_of(addr, shared, &me.key) ?: futex_key_of(to, shared, &me.target);

	if (err || futex_key_equal(me.key, me.target))
		return err ?: -EINVAL;
	me.bucket = bucket_of(me.key);
	alarm_set(&a, deadline_ns);
	woken = queue_and_sleep(&me, addr, expected, &a.expired, &err) || futex_unqueue(&me);
	expired = alarm_cancel(&a);
	if (woken)
		return err;
	return expired ? -ETIMEDOUT : (wait_interrupted(), -ERESTARTNOINTR);
}

static bool matches(const struct futex_waiter *s, struct futex_key key, uint32_t bitset)
{
	return futex_key_equal(s->key, key) && (s->bitset & bitset);
}

/* The next waiter after `at` to wake, or NULL. */
static struct futex_waiter *next_match(struct bucket *b, struct list *at, struct futex_key key,
				       uint32_t bitset)
{
	for (at = at->next; at != &b->waiters; at = at->next) {
		struct futex_waiter *s = container_of(at, struct futex_waiter, link);

		if (likely(matches(s, key, bitset)))
			return s;
	}
	return NULL;
}

noinline int futex_check_readable(uint64_t addr)
{
	uint32_t word;

	return copy_from_user(&word, addr, sizeof(word));
}

long futex_wake(uint64_t addr, int count, uint32_t bitset, bool shared)
{
	struct futex_waiter *s, *next;
	int woken = 0;
	struct bucket *b;
	struct futex_key key;
	int err = futex_key_of(addr, shared, &key);

	if (err)
		return err;
	b = bucket_of(key);
	spin_lock(&b->lock, LOCK_FUTEX);
	/* At least one is woken even if count is 0, as on Linux. */
	for (s = next_match(b, &b->waiters, key, bitset); s; s = next) {
		next = ++woken < count ? next_match(b, &s->link, key, bitset) : NULL;
		wake(s);
	}
	spin_unlock(&b->lock);
	return likely(woken) || !shared ? woken : futex_check_readable(addr);
}
