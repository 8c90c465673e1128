#include "ipc/futex.h"

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "ipc/futex_key.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "sched/thread.h"
#include "sched/wait.h"

#define BUCKETS 256

/* Guarded by its bucket's lock; it goes on only with the kernel lock, which its waker has. */
struct sleeper {
	struct list link;
	struct futex_key key;
	uint32_t bitset;
	struct wait_queue queue;
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

/* What `addr` holds, read with the bucket's lock; meanwhile `b` may be given back. 0, -EFAULT. */
static int read_word(struct bucket *b, uint64_t addr, uint32_t *now)
{
	int err;

	while (unlikely(load_user_nofault(addr, now) < 0)) {
		spin_unlock(&b->lock);
		err = copy_from_user(now, addr, sizeof(*now));
		spin_lock(&b->lock, LOCK_FUTEX);
		if (err)
			return err;
	}
	return 0;
}

static void leave(struct sleeper *s)
{
	struct bucket *b = bucket_of(s->key);

	spin_lock(&b->lock, LOCK_FUTEX);
	list_remove(&s->link);
	spin_unlock(&b->lock);
}

/* The word still is what it was expected to be, and `me` is where wakers look for it; or -errno. */
static int enter(struct sleeper *me, uint64_t addr, uint32_t expected)
{
	struct bucket *b = bucket_of(me->key);
	uint32_t now;
	int err;

	spin_lock(&b->lock, LOCK_FUTEX);
	err = read_word(b, addr, &now);
	if (!err && now != expected)
		err = -EAGAIN;
	if (!err)
		list_push_back(&b->sleepers, &me->link);
	spin_unlock(&b->lock);
	return err;
}

long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared)
{
	struct sleeper me = {.bitset = bitset};
	int err;

	if (!bitset)
		return -EINVAL;
	wait_init(&me.queue);
	err = futex_key_of(addr, shared, &me.key);
	if (!err)
		err = enter(&me, addr, expected);
	if (err)
		return err;
	kernel_lock();
	/* Whoever wakes us takes us off, and may have done so already. */
	if (likely(!list_empty(&me.link)))
		err = wait_sleep_until(&me.queue, WAIT_INTERRUPTIBLE, deadline_ns);
	if (list_empty(&me.link))
		err = 0;
	else
		leave(&me);
	kernel_unlock();
	return err == -ERESTARTSYS && deadline_ns != WAIT_FOREVER ? -EINTR : err;
}

static void wake(struct sleeper *s)
{
	list_remove(&s->link);
	wait_wake_all(&s->queue);
}

static bool meets(const struct sleeper *s, struct futex_key key, uint32_t bitset)
{
	return futex_same(s->key, key) && (s->bitset & bitset);
}

/* The next one behind `at` that is to be woken, or NULL. */
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

long futex_wake(uint64_t addr, unsigned int count, uint32_t bitset, bool shared)
{
	bool held = kernel_locked(), locked = held;
	struct sleeper *s, *next;
	unsigned int woken = 0;
	struct bucket *b;
	struct futex_key key;
	int err = futex_key_of(addr, shared, &key);

	if (err)
		return err;
	if (!bitset)
		return -EINVAL;
	b = bucket_of(key);
	spin_lock(&b->lock, LOCK_FUTEX);
	s = next_met(b, &b->sleepers, key, bitset);
	if (s && !locked && !kernel_try_lock()) {
		/* In the order of locks; and whoever was there may be gone. */
		spin_unlock(&b->lock);
		kernel_lock();
		spin_lock(&b->lock, LOCK_FUTEX);
		s = next_met(b, &b->sleepers, key, bitset);
		locked = true;
	} else if (s) {
		locked = true;
	}
	for (; s && woken < count; s = next) {
		next = woken + 1 < count ? next_met(b, &s->link, key, bitset) : NULL;
		wake(s);
		woken++;
	}
	spin_unlock(&b->lock);
	if (locked && !held)
		kernel_unlock();
	return woken;
}

/* Both buckets: whoever looks into one after the other must not miss who is on the way. */
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

/* With both locks. */
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
			/* To itself it would be met again and again. */
			if (futex_same(from, to))
				continue;
			list_remove(&s->link);
			s->key = to;
			list_push_back(&target->sleepers, &s->link);
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
	long n = futex_key_of(from, shared, &key);

	if (!n)
		n = futex_key_of(to, shared, &target);
	if (n)
		return n;
	a = bucket_of(key);
	b = bucket_of(target);
	for (;;) {
		lock_both(a, b);
		if (!expected || load_user_nofault(from, &now) == 0)
			break;
		unlock_both(a, b);
		if (copy_from_user(&now, from, sizeof(now)) < 0)
			return -EFAULT;
	}
	n = expected && now != *expected ? -EAGAIN : requeue(key, target, wake_count, move);
	unlock_both(a, b);
	return n;
}
