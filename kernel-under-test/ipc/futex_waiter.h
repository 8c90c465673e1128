/* Private to ipc/futex*.c: waiters, and the hash buckets they are queued in. */
#pragma once

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "ipc/futex_key.h"
#include "lib/list.h"
#include "sched/sched.h"

#define FUTEX_BUCKETS 256

struct bucket;

/* Guarded by its bucket's lock. */
struct futex_waiter {
	struct list link;
	struct futex_key key;
	/* The bucket of `key`; changed under both buckets' locks. */
	struct bucket *bucket;
	struct thread *thread;
	/* 0: only futex_requeue_pi() to `target` wakes it. */
	uint32_t bitset;
	struct futex_key target;
};

extern struct bucket {
	struct spinlock lock;
	struct list waiters;
} __attribute__((aligned(64))) futex_buckets[FUTEX_BUCKETS];

static inline struct bucket *bucket_of(struct futex_key k)
{
	uint64_t h = ((uint64_t)k.owner ^ k.at) * 0x9e3779b97f4a7c15ull;

	return &futex_buckets[h >> 56];
}

/*
 * Reads the word at `addr` under the bucket's lock, which is dropped to page it in. Returns 0 or
 * -EFAULT.
 */
static inline int read_word(struct bucket *b, uint64_t addr, uint32_t *now)
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
bool futex_unqueue(struct futex_waiter *s);

/* The entry of `b` before which a real-time waiter is queued. */
struct list *futex_queue_position(struct bucket *b, const struct futex_waiter *s);

/* In FIFO order, behind those of the same or a higher real-time priority. */
static inline void enqueue(struct bucket *b, struct futex_waiter *s)
{
	list_push_back(unlikely(s->thread->eff_priority) ? futex_queue_position(b, s) : &b->waiters,
		       &s->link);
}

static inline void wake(struct futex_waiter *s)
{
	list_remove(&s->link);
	sched_wake(s->thread);
}

/* Returns -EFAULT if the word cannot be read, as on Linux, which looks up its page. */
int futex_check_readable(uint64_t addr);
