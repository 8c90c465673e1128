#include "fs/lock.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/wait.h"

struct lock {
	struct lock *next;
	struct lock_range range;
};

/* Of one inode, made with its first lock. */
struct lock_set {
	struct lock *first;
	struct wait_queue waiters;
};

static bool overlap(const struct lock_range *a, const struct lock_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

bool lock_blocker(const struct inode *inode, const struct lock_range *r, struct lock_range *out)
{
	if (!inode->locks)
		return false;
	for (const struct lock *l = inode->locks->first; l; l = l->next) {
		if (l->range.owner == r->owner || !overlap(&l->range, r) ||
		    (l->range.type == LOCK_READ && r->type == LOCK_READ))
			continue;
		*out = l->range;
		return true;
	}
	return false;
}

/* Takes [r->start, r->end] out of what its owner holds; `spare` is used when one lock becomes two.
 */
static void carve(struct lock_set *s, const struct lock_range *r, struct lock **spare)
{
	for (struct lock **at = &s->first; *at;) {
		struct lock *l = *at;

		if (l->range.owner != r->owner || !overlap(&l->range, r)) {
			at = &l->next;
		} else if (l->range.start < r->start && l->range.end > r->end) {
			(*spare)->range = l->range;
			(*spare)->range.start = r->end + 1;
			(*spare)->next = l->next;
			l->next = *spare;
			l->range.end = r->start - 1;
			*spare = NULL;
			return;
		} else if (l->range.start < r->start) {
			l->range.end = r->start - 1;
			at = &l->next;
		} else if (l->range.end > r->end) {
			l->range.start = r->end + 1;
			at = &l->next;
		} else {
			*at = l->next;
			kmem_free(l);
		}
	}
}

static int make_set(struct inode *inode)
{
	if (inode->locks)
		return 0;
	inode->locks = kmem_zalloc(sizeof(*inode->locks));
	if (!inode->locks)
		return -ENOMEM;
	wait_init(&inode->locks->waiters);
	return 0;
}

int lock_set(struct inode *inode, const struct lock_range *r, bool wait)
{
	struct lock *new = kmem_alloc(sizeof(*new)), *spare = kmem_alloc(sizeof(*spare));
	struct lock_range blocker;
	int err = new &&spare ? make_set(inode) : -ENOMEM;

	while (!err && r->type != LOCK_NONE && lock_blocker(inode, r, &blocker))
		err = wait ? wait_sleep(&inode->locks->waiters, WAIT_INTERRUPTIBLE) : -EAGAIN;
	if (!err) {
		carve(inode->locks, r, &spare);
		if (r->type != LOCK_NONE) {
			new->range = *r;
			new->next = inode->locks->first;
			inode->locks->first = new;
			new = NULL;
		}
		/* A lock may have become smaller, or weaker. */
		wait_wake_all(&inode->locks->waiters);
	}
	kmem_free(new);
	kmem_free(spare);
	return err;
}

void lock_release(struct inode *inode, const void *owner)
{
	struct lock_range all = {.owner = owner, .end = LOCK_END};

	if (!inode->locks)
		return;
	/* All of a lock goes, or none: none is ever cut in two, so nothing need be spare. */
	carve(inode->locks, &all, NULL);
	wait_wake_all(&inode->locks->waiters);
}

void lock_forget(struct inode *inode)
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
