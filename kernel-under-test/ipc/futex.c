/* Futexes: wait, wake and requeue. */
#include "ipc/futex.h"

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "ipc/futex_key.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "sched/sched.h"
#include "sched/timer.h"
#include "sched/wait.h"

#define BUCKETS 256

struct bucket;

/* Guarded by its bucket's lock. */
struct sleeper {
	struct list link;
	struct futex_key key;
	/* The bucket of `key`; changed under both buckets' locks. */
	struct bucket *bucket;
	struct thread *thread;
	uint32_t bitset;
};

static struct bucket {
	struct spinlock lock;
	struct list sleepers;
} __attribute__((aligned(64))) buckets[BUCKETS];

void futex_init(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&buckets[i].sleepers);
}

static struct bucket *bucket_of(struct futex_key k)
{
	uint64_t h = ((uint64_t)k.owner ^ k.at) * 0x9e3779b97f4a7c15ull;

	return &buckets[h >> 56];
}

/*
 * Reads the word at `addr` under the bucket's lock, which is dropped to page it in. Returns 0 or
 * -EFAULT.
 */
static int read_word(struct bucket *b, uint64_t addr, uint32_t *now)
{
	int err;

	while (unlikely(get_user_u32_nofault(addr, now) < 0)) {
		spin_unlock(&b->lock);
		err = copy_from_user(now, addr, sizeof(*now));
		spin_lock(&b->lock, LOCK_FUTEX);
		if (err)
			return err;
	}
	return 0;
}

/* After a sleep that no waker ended: dequeues. Returns whether a waker had done so already. */
static bool leave(struct sleeper *s)
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

static noinline struct list *place_urgent(struct bucket *b, const struct sleeper *s)
{
	struct sleeper *o;

	list_for_each (o, &b->sleepers, link)
		if (o->thread->urgency < s->thread->urgency)
			break;
	return &o->link;
}

/* In FIFO order, behind those of the same or a higher real-time priority. */
static inline void enqueue(struct bucket *b, struct sleeper *s)
{
	list_push_back(unlikely(s->thread->urgency) ? place_urgent(b, s) : &b->sleepers, &s->link);
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

	if (!bitset)
		return -EINVAL;
	me.bitset = bitset;
	err = futex_key_of(addr, shared, &me.key);
	if (err)
		return err;
	me.bucket = bucket_of(me.key);
	me.thread = thread_current();
	if (likely(deadline_ns == WAIT_FOREVER))
		return enter(&me, addr, expected, NULL, &err) || leave(&me) ? err
									    : wait_interrupted();
	alarm_set(&a, deadline_ns);
	woken = enter(&me, addr, expected, &a.rung, &err) || leave(&me);
	rung = alarm_end(&a);
	if (woken)
		return err;
	if (rung)
		return -ETIMEDOUT;
	return interrupted(addr | shared, expected, deadline_ns, me.bitset);
}

static void wake(struct sleeper *s)
{
	list_remove(&s->link);
	sched_wake(s->thread);
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

long futex_wake(uint64_t addr, int count, uint32_t bitset, bool shared)
{
	struct sleeper *s, *next;
	int woken = 0;
	struct bucket *b;
	struct futex_key key;
	int err = futex_key_of(addr, shared, &key);

	if (err)
		return err;
	if (!bitset)
		return -EINVAL;
	b = bucket_of(key);
	spin_lock(&b->lock, LOCK_FUTEX);
	/* At least one is woken even if count is 0, as on Linux. */
	for (s = next_met(b, &b->sleepers, key, bitset); s; s = next) {
		next = ++woken < count ? next_met(b, &s->link, key, bitset) : NULL;
		wake(s);
	}
	spin_unlock(&b->lock);
	return woken;
}

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
static long requeue(struct futex_key from, struct futex_key to, unsigned int wake_count,
		    unsigned int move)
{
	struct bucket *target = bucket_of(to);
	struct sleeper *s, *next;
	unsigned long woken = 0, moved = 0;

	list_for_each_safe (s, next, &bucket_of(from)->sleepers, link) {
		if (!futex_same(s->key, from))
			continue;
		if (woken < wake_count) {
			wake(s);
			woken++;
		} else if (moved < move) {
			moved++;
			/* Moved to the end of the same queue, it would be visited again. */
			if (futex_same(from, to))
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

long futex_requeue(uint64_t from, uint64_t to, unsigned int wake_count, unsigned int move,
		   const uint32_t *expected, bool shared)
{
	struct bucket *a, *b;
	struct futex_key key, target;
	uint32_t now;
	long n = (int)wake_count < 0 || (int)move < 0 ? -EINVAL : futex_key_of(from, shared, &key);

	if (!n)
		n = futex_key_of(to, shared, &target);
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
	n = expected && now != *expected ? -EAGAIN : requeue(key, target, wake_count, move);
	unlock_both(a, b);
	return n;
}
