/* Advisory file locks and leases. */
#include "fs/lock.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "fs/file.h"
#include "fs/notify.h"
#include "fs/tmpfs/tmpfs.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "mm/kmem.h"
#include "sched/wait.h"

/* Sorted by first byte. Locks of the same owner, kind and type neither overlap nor touch. */
struct lock {
	struct lock *next;
	/* A lease being broken ends at `end`; `process`: it may become a read lease. */
	struct lock_range range;
};

uint64_t lease_break_seconds = 45;

/* Changed under inode.lock. Also with the kernel lock: waiting, leases, and all during these. */
struct lock_set {
	struct lock *first;
	struct lock *hint; /* inserted last, or NULL: the next one is likely to follow it */
	uint64_t end;	   /* upper bound of the last bytes of all locks */
	struct wait_queue waiters;
	unsigned int sleepers; /* threads that wait or are about to */
	bool leased;	       /* a lease was set at some time */
};

/* A process waiting for a POSIX lock. */
struct lock_waiter {
	struct list all;
	struct inode *inode;
	const struct lock_range *range;
};

/* Longest chain of waiters followed to find a deadlock, as on Linux. */
#define DEADLOCK_STEPS 10

static struct list lock_waiters = LIST_INIT(lock_waiters);

static bool same_holder(const struct lock_range *a, const struct lock_range *b)
{
	return a->owner == b->owner && a->kind == b->kind;
}

static bool overlap(const struct lock_range *a, const struct lock_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool find_blocker(const struct lock_set *s, const struct lock_range *r,
			 struct lock_range *out)
{
	for (const struct lock *l = s->first; l && l->range.start <= r->end; l = l->next) {
		if (l->range.kind != r->kind || l->range.owner == r->owner ||
		    !overlap(&l->range, r) || (l->range.type == LOCK_READ && r->type == LOCK_READ))
			continue;
		*out = l->range;
		return true;
	}
	return false;
}

bool lock_find_conflict(struct inode *inode, const struct lock_range *r, struct lock_range *out)
{
	bool found;

	if (!READ_ONCE(inode->locks))
		return false;
	spin_lock(&inode->lock, LOCK_INODE);
	found = find_blocker(inode->locks, r, out);
	spin_unlock(&inode->lock);
	return found;
}

/* Whether `b` begins right after `a`. */
static bool ends_before(const struct lock_range *a, const struct lock_range *b)
{
	return a->end != LOCK_END && a->end + 1 == b->start;
}

static void insert(struct lock_set *s, struct lock *new)
{
	struct lock *hint = s->hint;
	struct lock **at = hint && hint->range.start <= new->range.start ? &hint->next : &s->first;

	while (*at && (*at)->range.start <= new->range.start)
		at = &(*at)->next;
	new->next = *at;
	s->end = s->first ? MAX(s->end, new->range.end) : new->range.end;
	*at = s->hint = new;
}

static struct lock *detach(struct lock_set *s, struct lock **at)
{
	struct lock *l = *at;

	*at = l->next;
	s->hint = NULL;
	return l;
}

/* Otherwise every lock ends before `r`, with a gap. */
static bool may_touch(const struct lock_set *s, const struct lock_range *r)
{
	return s->first && (r->start <= s->end || r->start - s->end == 1);
}

/* Absorbs what overlaps or touches `new`, which is not in the set yet, and is alike. */
static void merge(struct lock_set *s, struct lock *new)
{
	for (struct lock **at = &s->first; *at;) {
		struct lock *l = *at;

		if (l->range.start > new->range.end && l->range.start - new->range.end > 1)
			break;
		if (!same_holder(&l->range, &new->range) || l->range.type != new->range.type ||
		    (!ends_before(&l->range, &new->range) &&
		     !ends_before(&new->range, &l->range))) {
			at = &l->next;
			continue;
		}
		new->range.start = MIN(new->range.start, l->range.start);
		new->range.end = MAX(new->range.end, l->range.end);
		kmem_free(detach(s, at));
	}
}

/* Removes [r->start, r->end] from what its owner holds. -ENOMEM: one lock would become two. */
static int remove_range(struct lock_set *s, const struct lock_range *r)
{
	struct lock *rest;

	for (struct lock **at = &s->first; *at && (*at)->range.start <= r->end;) {
		struct lock *l = *at;

		if (!same_holder(&l->range, r) || !overlap(&l->range, r)) {
			at = &l->next;
		} else if (l->range.start < r->start && l->range.end > r->end) {
			rest = kmem_alloc(sizeof(*rest));
			if (!rest)
				return -ENOMEM;
			rest->range = l->range;
			rest->range.start = r->end + 1;
			l->range.end = r->start - 1;
			insert(s, rest);
			return 0;
		} else if (l->range.start < r->start) {
			l->range.end = r->start - 1;
			at = &l->next;
		} else if (l->range.end > r->end) {
			detach(s, at)->range.start = r->end + 1;
			insert(s, l);
			return 0;
		} else {
			kmem_free(detach(s, at));
		}
	}
	return 0;
}

int lock_prepare(struct inode *inode)
{
	if (inode->locks)
		return 0;
	inode->locks = kmem_zalloc(sizeof(*inode->locks));
	if (!inode->locks)
		return -ENOMEM;
	wait_init(&inode->locks->waiters);
	return 0;
}

/* Whether `blocker` waits, directly or through others, for `owner`. */
static bool would_deadlock(const void *blocker, const void *owner)
{
	for (int i = 0; i < DEADLOCK_STEPS; i++) {
		const struct lock_waiter *w, *next = NULL;
		struct lock_range there;

		list_for_each (w, &lock_waiters, all)
			if (w->range->owner == blocker)
				next = w;
		/* A waiter that was woken but has not run yet no longer waits. */
		if (!next || !lock_find_conflict(next->inode, next->range, &there))
			return false;
		blocker = there.owner;
		if (blocker == owner)
			return true;
	}
	return false;
}

static int wait_for(struct inode *inode, const struct lock_range *r,
		    const struct lock_range *blocker)
{
	struct lock_waiter w = {.inode = inode, .range = r};
	int err;

	if (!r->process)
		return wait_sleep(&inode->locks->waiters, WAIT_INTERRUPTIBLE);
	if (would_deadlock(blocker->owner, r->owner))
		return -EDEADLK;
	list_push_back(&lock_waiters, &w.all);
	err = wait_sleep(&inode->locks->waiters, WAIT_INTERRUPTIBLE);
	list_remove(&w.all);
	return err;
}

/* With inode.lock. Consumes *new if it is inserted. -EAGAIN: `blocker` conflicts; -ENOMEM. */
static int apply(struct lock_set *s, const struct lock_range *r, struct lock **new,
		 struct lock_range *blocker)
{
	bool take = r->type != LOCK_NONE, near = may_touch(s, r);

	if (take && near && find_blocker(s, r, blocker))
		return -EAGAIN;
	if (near && remove_range(s, r) < 0)
		return -ENOMEM;
	if (take) {
		(*new)->range = *r;
		if (near)
			merge(s, *new);
		insert(s, *new);
		*new = NULL;
	}
	return 0;
}

/* Applies `r`; on a conflict, and with `wait`, counts the caller as a sleeper. */
static int try_apply(struct inode *inode, const struct lock_range *r, struct lock **new,
		     struct lock_range *blocker, bool wait)
{
	int err;

	spin_lock(&inode->lock, LOCK_INODE);
	err = apply(inode->locks, r, new, blocker);
	if (err == -EAGAIN && wait)
		inode->locks->sleepers++;
	spin_unlock(&inode->lock);
	return err;
}

int lock_set(struct inode *inode, const struct lock_range *r, bool wait)
{
	bool take = r->type != LOCK_NONE;
	struct lock *new SCOPED(kmem_free) = take ? kmem_alloc(sizeof(*new)) : NULL;
	struct lock_range blocker;
	int err = new || !take ? lock_prepare(inode) : -ENOMEM;

	while (!err) {
		err = try_apply(inode, r, &new, &blocker, wait);
		/* The change may have released or downgraded something. */
		if (!err)
			wait_wake_all(&inode->locks->waiters);
		if (err != -EAGAIN || !wait)
			break;
		err = wait_for(inode, r, &blocker);
		spin_lock(&inode->lock, LOCK_INODE);
		inode->locks->sleepers--;
		spin_unlock(&inode->lock);
	}
	return err;
}

int lock_set_unlocked(struct inode *inode, const struct lock_range *r)
{
	struct lock_set *s = READ_ONCE(inode->locks);
	struct lock *new SCOPED(kmem_free) = NULL;
	struct lock_range blocker;
	int err = -EUNLOCKED;

	if (!s)
		return err;
	if (r->type != LOCK_NONE && !(new = kmem_alloc(sizeof(*new))))
		return -ENOMEM;
	spin_lock(&inode->lock, LOCK_INODE);
	if (likely(!s->sleepers && !s->leased))
		err = apply(s, r, &new, &blocker);
	spin_unlock(&inode->lock);
	return err;
}

void lock_release_owner(struct inode *inode, const void *owner)
{
	struct lock_range all = {.owner = owner, .end = LOCK_END};

	if (!inode->locks)
		return;
	/* Whole locks only, none of which is split: this cannot fail. */
	spin_lock(&inode->lock, LOCK_INODE);
	for (all.kind = 0; all.kind < LOCK_KINDS; all.kind++)
		remove_range(inode->locks, &all);
	spin_unlock(&inode->lock);
	wait_wake_all(&inode->locks->waiters);
}

void lock_free_all(struct inode *inode)
{
	struct lock *l, *next;

	if (!inode->locks)
		return;
	for (l = inode->locks->first; l; l = next) {
		next = l->next;
		kmem_free(l);
	}
	kmem_free(inode->locks);
	inode->locks = NULL;
}

static struct lock *find_lease(const struct inode *inode, const void *owner, bool write)
{
	struct lock *l = inode->locks ? inode->locks->first : NULL;

	for (; l; l = l->next)
		if (l->range.kind == LOCK_LEASE && (!owner || l->range.owner == owner) &&
		    (write || l->range.type == LOCK_WRITE))
			break;
	return l;
}

/* Whether the inode has users other than this open file and its names. */
static bool has_other_users(const struct inode *inode)
{
	return inode->object.refs > 1 + (tmpfs_is(inode) ? inode->links : 0);
}

int lease_set(struct file *f, int fd, int type)
{
	struct lock_range r = {
		.owner = f, .pid = fd, .kind = LOCK_LEASE, .type = type, .end = LOCK_END};

	if (type == LOCK_NONE && !find_lease(f->inode, f, true))
		return -EAGAIN;
	/*
	 * Publishes the locks, then checks the counts; an open without the kernel lock does the
	 * reverse.
	 */
	if (type != LOCK_NONE && lock_prepare(f->inode) < 0)
		return -ENOMEM;
	if (f->inode->locks) {
		spin_lock(&f->inode->lock, LOCK_INODE);
		f->inode->locks->leased = true;
		spin_unlock(&f->inode->lock);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if ((type == LOCK_READ && f->inode->writers) ||
	    (type == LOCK_WRITE && has_other_users(f->inode)))
		return -EAGAIN;
	return lock_set(f->inode, &r, false);
}

/* The type that the lease has, or must be reduced to. */
static int break_target(const struct lock *l)
{
	return l->range.end == LOCK_END ? l->range.type : l->range.process ? LOCK_READ : LOCK_NONE;
}

int lease_get(const struct file *f)
{
	const struct lock *l = find_lease(f->inode, f, true);

	return l ? break_target(l) : LOCK_NONE;
}

int lease_break(struct inode *inode, bool write, bool wait)
{
	struct lock_range less;
	struct lock *l;
	int err = 0;

	while (!err && (l = find_lease(inode, NULL, write))) {
		if (l->range.end == LOCK_END) {
			l->range.end = arch_time_ns() + lease_break_seconds * NS_PER_SEC;
			l->range.process = true;
			notify_signal((struct file *)(uintptr_t)l->range.owner, l->range.pid);
		}
		if (write)
			l->range.process = false;
		if (arch_time_ns() >= l->range.end) {
			less = l->range;
			less.type = break_target(l);
			less.end = LOCK_END;
			less.process = false;
			err = lock_set(inode, &less, false);
			continue;
		}
		if (!wait)
			return -EAGAIN;
		err = wait_sleep_until(&inode->locks->waiters, WAIT_INTERRUPTIBLE, l->range.end);
		err = err == -ETIMEDOUT ? 0 : err;
	}
	return err;
}
