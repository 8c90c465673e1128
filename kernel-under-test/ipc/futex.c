#include "ipc/futex.h"

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "sched/thread.h"
#include "sched/wait.h"

#define BUCKETS 256

/* What makes two words one: the space and the address, or the object and the place in it. */
struct key {
	const void *owner;
	uint64_t at;
};

struct sleeper {
	struct list link;
	struct key key;
	uint32_t bitset;
	struct wait_queue queue;
};

static struct list buckets[BUCKETS];

void futex_init(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&buckets[i]);
}

static struct list *bucket_of(struct key k)
{
	uint64_t h = ((uint64_t)k.owner ^ k.at) * 0x9e3779b97f4a7c15ull;

	return &buckets[h >> 56];
}

static bool same(struct key a, struct key b)
{
	return a.owner == b.owner && a.at == b.at;
}

static int make_key(uint64_t addr, bool shared, struct key *k)
{
	struct space *s = thread_current()->space;
	struct area a;

	if (!IS_ALIGNED(addr, 4))
		return -EINVAL;
	if (!user_range_ok(addr, 4))
		return -EFAULT;
	*k = (struct key){s, addr};
	if (!shared)
		return 0;
	if (!space_next_area(s, addr, &a) || addr < a.start)
		return -EFAULT;
	if (a.object && (a.flags & AREA_SHARED))
		*k = (struct key){a.object, a.offset + (addr - a.start)};
	return 0;
}

long futex_wait(uint64_t addr, uint32_t expected, uint64_t deadline_ns, uint32_t bitset,
		bool shared)
{
	struct sleeper me = {.bitset = bitset};
	uint32_t now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = make_key(addr, shared, &me.key);
	if (!err)
		err = copy_from_user(&now, addr, sizeof(now));
	if (err)
		return err;
	if (now != expected)
		return -EAGAIN;
	wait_init(&me.queue);
	list_push_back(bucket_of(me.key), &me.link);
	err = wait_sleep_until(&me.queue, WAIT_INTERRUPTIBLE, deadline_ns);
	/* Whoever woke us has taken us off. */
	if (list_empty(&me.link))
		return 0;
	list_remove(&me.link);
	return err == -ERESTARTSYS && deadline_ns != WAIT_FOREVER ? -EINTR : err;
}

static void wake(struct sleeper *s)
{
	list_remove(&s->link);
	wait_wake_all(&s->queue);
}

long futex_wake(uint64_t addr, unsigned int count, uint32_t bitset, bool shared)
{
	struct sleeper *s, *next;
	struct key key;
	long woken = 0;
	int err = make_key(addr, shared, &key);

	if (err)
		return err;
	if (!bitset)
		return -EINVAL;
	list_for_each_safe (s, next, bucket_of(key), link) {
		if ((unsigned long)woken >= count)
			break;
		if (!same(s->key, key) || !(s->bitset & bitset))
			continue;
		wake(s);
		woken++;
	}
	return woken;
}

long futex_requeue(uint64_t from, uint64_t to, unsigned int wake_count, unsigned int move,
		   const uint32_t *expected, bool shared)
{
	struct sleeper *s, *next;
	struct key key, target;
	unsigned long woken = 0, moved = 0;
	uint32_t now;
	int err = make_key(from, shared, &key);

	if (!err)
		err = make_key(to, shared, &target);
	if (!err && expected)
		err = copy_from_user(&now, from, sizeof(now));
	if (err)
		return err;
	if (expected && now != *expected)
		return -EAGAIN;
	list_for_each_safe (s, next, bucket_of(key), link) {
		if (!same(s->key, key))
			continue;
		if (woken < wake_count) {
			wake(s);
			woken++;
		} else if (moved < move) {
			moved++;
			/* To itself it would be met again and again. */
			if (same(key, target))
				continue;
			list_remove(&s->link);
			s->key = target;
			list_push_back(bucket_of(target), &s->link);
		} else {
			break;
		}
	}
	return (long)(woken + moved);
}
