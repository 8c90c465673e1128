/* Futexes: wait and wake. */
#include "ipc/futex.h"

#include "ipc/futex_sleeper.h"
#include "sched/timer.h"
#include "sched/wait.h"

struct bucket futex_buckets[FUTEX_BUCKETS];

void futex_init(void)
{
	for (size_t i = 0; i < FUTEX_BUCKETS; i++)
		list_init(&futex_buckets[i].sleepers);
}

noinline bool futex_leave(struct sleeper *s)
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

noinline struct list *futex_place_urgent(struct bucket *b, const struct sleeper *s)
{
	struct sleeper *o;

	list_for_each (o, &b->sleepers, link)
		if (o->thread->urgency < s->thread->urgency)
			break;
	return &o->link;
}

/*
 * Queues `me` and sleeps, if the word still has the expected value. Returns false if the sleep was
 * interrupted; otherwise *err is 0 or a negative errno.
 */
static bool enter(struct sleeper *me, uint64_t addr, uint32_t expected, const bool *rung, int *err)
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
	return sched_sleep_unless(&b->lock, rung);
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
	struct sleeper me;
	struct alarm a;
	bool woken, rung;
	int err;

	me.bitset = bitset;
	err = futex_key_of(addr, shared, &me.key);
	if (err)
		return err;
	me.bucket = bucket_of(me.key);
	me.thread = thread_current();
	if (likely(deadline_ns == WAIT_FOREVER))
		return enter(&me, addr, expected, NULL, &err) || futex_leave(&me)
			       ? err
			       : wait_interrupted();
	alarm_set(&a, deadline_ns);
	woken = enter(&me, addr, expected, &a.rung, &err) || futex_leave(&me);
	rung = alarm_end(&a);
	if (woken)
		return err;
	if (rung)
		return -ETIMEDOUT;
	return interrupted(addr | shared, expected, deadline_ns, me.bitset);
}

long futex_wait_requeue_pi(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint64_t to,
			   bool shared)
{
	struct sleeper me = {.thread = thread_current()};
	struct alarm a;
	bool woken, rung;
	int err = futex_key_of(addr, shared, &me.key) ?: futex_key_of(to, shared, &me.target);

	if (err || futex_same(me.key, me.target))
		return err ?: -EINVAL;
	me.bucket = bucket_of(me.key);
	alarm_set(&a, deadline_ns);
	woken = enter(&me, addr, expected, &a.rung, &err) || futex_leave(&me);
	rung = alarm_end(&a);
	if (woken)
		return err;
	return rung ? -ETIMEDOUT : (wait_interrupted(), -ERESTARTNOINTR);
}

static bool meets(const struct sleeper *s, struct futex_key key, uint32_t bitset)
{
	return futex_same(s->key, key) && (s->bitset & bitset);
}

/* The next waiter after `at` to wake, or NULL. */
static struct sleeper *next_met(struct bucket *b, struct list *at, struct futex_key key,
				uint32_t bitset)
{
	for (at = at->next; at != &b->sleepers; at = at->next) {
		struct sleeper *s = container_of(at, struct sleeper, link);

		if (likely(meets(s, key, bitset)))
			return s;
	}
	return NULL;
}

noinline int futex_look(uint64_t addr)
{
	uint32_t word;

	return copy_from_user(&word, addr, sizeof(word));
}

long futex_wake(uint64_t addr, int count, uint32_t bitset, bool shared)
{
	struct sleeper *s, *next;
	int woken = 0;
	struct bucket *b;
	struct futex_key key;
	int err = futex_key_of(addr, shared, &key);

	if (err)
		return err;
	b = bucket_of(key);
	spin_lock(&b->lock, LOCK_FUTEX);
	/* At least one is woken even if count is 0, as on Linux. */
	for (s = next_met(b, &b->sleepers, key, bitset); s; s = next) {
		next = ++woken < count ? next_met(b, &s->link, key, bitset) : NULL;
		wake(s);
	}
	spin_unlock(&b->lock);
	return likely(woken) || !shared ? woken : futex_look(addr);
}
