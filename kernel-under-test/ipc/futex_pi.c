/* Priority-inheritance futexes. */
#include "ipc/futex_pi.h"

#include "arch/uaccess.h"
#include "ipc/futex_key.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "mm/kmem.h"
#include "sched/sched.h"
#include "sched/wait.h"

/* A longer chain of owners that wait for each other counts as a deadlock, as on Linux. */
#define CHAIN_MAX 1024
#define BUCKETS	  64

/* Exists while there are waiters. */
struct futex_pi_lock {
	struct futex_pi_lock *next;
	struct futex_key key;
	/* NULL: it died, and the first waiter is about to take over. */
	struct thread *owner;
	struct list waiters; /* by descending priority, then by arrival */
};

struct pi_waiter {
	struct list link;   /* in lock.waiters; unlinked: it has been made the owner */
	struct list by_thread; /* in the hash bucket of its thread */
	struct futex_pi_lock *lock;
	struct thread *thread;
	struct wait_queue queue;
};

enum outcome {
	TAKEN,
	MUST_WAIT,
	LOOK_AGAIN,
};

struct futex_pi_lock *futex_pi_locks;
static struct list blocked[BUCKETS];

void futex_pi_init(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&blocked[i]);
}

static struct futex_pi_lock *find(struct futex_key key)
{
	struct futex_pi_lock *l = futex_pi_locks;

	while (l && !futex_key_equal(l->key, key))
		l = l->next;
	return l;
}

static struct futex_pi_lock *create(struct futex_key key, struct thread *owner)
{
	struct futex_pi_lock *l = kmem_alloc(sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct futex_pi_lock){.next = futex_pi_locks, .key = key, .owner = owner};
	list_init(&l->waiters);
	futex_pi_locks = l;
	return l;
}

static struct pi_waiter *first(const struct futex_pi_lock *l)
{
	return list_first(&l->waiters, struct pi_waiter, link);
}

static struct list *bucket_of(const struct thread *t)
{
	return &blocked[(uint32_t)t->tid % BUCKETS];
}

/* The wait entry of `t`, or NULL. */
static struct pi_waiter *waiter_of(const struct thread *t)
{
	struct pi_waiter *w;

	list_for_each (w, bucket_of(t), by_thread)
		if (w->thread == t)
			return w;
	return NULL;
}

static void enqueue(struct pi_waiter *w)
{
	struct pi_waiter *o;

	list_for_each (o, &w->lock->waiters, link)
		if (o->thread->eff_priority < w->thread->eff_priority)
			break;
	list_push_back(&o->link, &w->link);
}

void futex_pi_update_priority(struct thread *t)
{
	struct pi_waiter *w;

	for (int i = 0; t && (t->rt_priority || sched_rt_seen()) && i < CHAIN_MAX; i++) {
		uint8_t eff_priority = t->rt_priority;

		for (struct futex_pi_lock *l = futex_pi_locks; l; l = l->next)
			if (l->owner == t)
				eff_priority = MAX(eff_priority, first(l)->thread->eff_priority);
		if (eff_priority == t->eff_priority)
			return;
		sched_set_eff_priority(t, eff_priority);
		w = waiter_of(t);
		if (!w)
			return;
		list_remove(&w->link);
		enqueue(w);
		t = w->lock->owner;
	}
}

/* Whether `owner` waits for the caller, directly or through other owners. */
static bool is_deadlock(const struct thread *owner)
{
	const struct pi_waiter *w;

	for (int i = 0; i < CHAIN_MAX; i++) {
		if (owner == thread_current())
			return true;
		w = owner ? waiter_of(owner) : NULL;
		if (!w)
			return false;
		owner = w->lock->owner;
	}
	return true;
}

static int load(uint64_t addr, uint32_t *word)
{
	while (get_user_u32_nofault(addr, word) < 0)
		if (copy_from_user(word, addr, sizeof(*word)) < 0)
			return -EFAULT;
	return 0;
}

/*
 * Replaces the word `was` by `new`. Returns TAKEN, LOOK_AGAIN if the word has another value or had
 * to be paged in, or -EFAULT.
 */
static int cmpxchg_word(uint64_t addr, uint32_t was, uint32_t new)
{
	uint32_t word = was;

	if (likely(cmpxchg_user_nofault(addr, &word, new) == 0))
		return word == was ? TAKEN : LOOK_AGAIN;
	return cmpxchg_user(addr, &word, word) < 0 ? -EFAULT : LOOK_AGAIN;
}

static void dequeue(struct pi_waiter *me)
{
	struct futex_pi_lock *l = me->lock, **at = &futex_pi_locks;
	struct thread *owner = l->owner;

	list_remove(&me->link);
	list_remove(&me->by_thread);
	if (!list_empty(&l->waiters)) {
		if (!owner)
			wait_wake_all(&first(l)->queue);
	} else {
		while (*at != l)
			at = &(*at)->next;
		*at = l->next;
		kmem_free(l);
	}
	futex_pi_update_priority(owner);
}

static void hand_over(struct pi_waiter *next)
{
	next->lock->owner = next->thread;
	dequeue(next);
	wait_wake_all(&next->queue);
	futex_pi_update_priority(thread_current());
}

/* Whether the word is consistent with the kernel's state of the lock. */
static bool word_is_consistent(const struct futex_pi_lock *l, uint32_t word)
{
	uint32_t tid = word & FUTEX_TID_MASK;

	/* An exiting owner has been recorded in the word, or is about to be. */
	return !l->owner || (!tid && (word & FUTEX_OWNER_DIED)) || tid == (uint32_t)l->owner->tid;
}

/* Finds the owner of a lock without waiters by its word, setting FUTEX_WAITERS. */
static int find_owner(uint64_t addr, uint32_t word, struct thread **owner)
{
	int err = cmpxchg_word(addr, word, word | FUTEX_WAITERS);

	if (err)
		return err;
	*owner = thread_find((int)(word & FUTEX_TID_MASK));
	return *owner ? TAKEN : -ESRCH;
}

/* Tries to acquire the lock, or queues the caller. Returns an outcome or a negative errno. */
static int attempt(uint64_t addr, struct futex_key key, struct pi_waiter *me, bool try)
{
	struct thread *t = thread_current(), *owner;
	struct futex_pi_lock *l;
	uint32_t word;
	int err = load(addr, &word);

	if (err)
		return err;
	l = find(key);
	if ((word & FUTEX_TID_MASK) == (uint32_t)t->tid)
		return -EDEADLK;
	if (l && !word_is_consistent(l, word))
		return -EINVAL;
	if (!l && !(word & FUTEX_TID_MASK))
		return cmpxchg_word(addr, word, (word & FUTEX_OWNER_DIED) | (uint32_t)t->tid);
	if (l)
		owner = l->owner;
	else
		err = find_owner(addr, word, &owner);
	if (err)
		return err;
	if (try)
		return -EAGAIN;
	if (is_deadlock(owner))
		return -EDEADLK;
	me->lock = l ? l : create(key, owner);
	if (!me->lock)
		return -ENOMEM;
	enqueue(me);
	list_push_back(bucket_of(t), &me->by_thread);
	futex_pi_update_priority(owner);
	return MUST_WAIT;
}

/* The owner died, and the caller is next. Returns TAKEN, LOOK_AGAIN or -EFAULT. */
static int take_over(uint64_t addr, struct pi_waiter *me)
{
	uint32_t word;
	int err = load(addr, &word);

	if (!err)
		err = cmpxchg_word(addr, word,
				   FUTEX_OWNER_DIED | FUTEX_WAITERS | (uint32_t)me->thread->tid);
	if (err == TAKEN) {
		me->lock->owner = me->thread;
		dequeue(me);
	}
	return err;
}

static long wait_for(uint64_t addr, struct pi_waiter *me, uint64_t deadline_ns)
{
	int err = 0;

	for (;;) {
		if (list_empty(&me->link))
			return 0;
		if (!me->lock->owner && first(me->lock) == me) {
			int now = take_over(addr, me);

			if (now == TAKEN)
				return 0;
			if (now < 0)
				err = now;
			else
				continue;
		}
		if (err)
			break;
		err = wait_sleep_until(&me->queue, WAIT_INTERRUPTIBLE, deadline_ns);
	}
	dequeue(me);
	return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
}

long futex_lock_pi(uint64_t addr, uint64_t deadline_ns, bool try, bool shared)
{
	struct pi_waiter me = {.thread = thread_current()};
	struct futex_key key;
	int err = futex_key_of(addr, shared, &key);

	wait_init(&me.queue);
	if (err)
		return err;
	do
		err = attempt(addr, key, &me, try);
	while (err == LOOK_AGAIN);
	return err == MUST_WAIT ? wait_for(addr, &me, deadline_ns) : err;
}

long futex_unlock_pi(uint64_t addr, bool shared)
{
	const struct thread *t = thread_current();
	struct futex_pi_lock *l;
	struct futex_key key;
	uint32_t word;
	int err;

	do {
		err = load(addr, &word);
		if (err)
			return err;
		if ((word & FUTEX_TID_MASK) != (uint32_t)t->tid)
			return -EPERM;
		err = futex_key_of(addr, shared, &key);
		if (err)
			return err;
		l = find(key);
		if (l && l->owner != t)
			return -EINVAL;
		err = cmpxchg_word(addr, word,
				   l ? FUTEX_WAITERS | (uint32_t)first(l)->thread->tid : 0);
	} while (err == LOOK_AGAIN);
	if (err == TAKEN && l)
		hand_over(first(l));
	return err;
}

void futex_pi_exit(const struct thread *t)
{
	for (struct futex_pi_lock *l = futex_pi_locks; l; l = l->next) {
		if (l->owner != t)
			continue;
		l->owner = NULL;
		wait_wake_all(&first(l)->queue);
	}
}
