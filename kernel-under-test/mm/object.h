/* Something whose pages can be mapped: a file, or memory shared between processes. */
#pragma once

#include "lib/refs.h"
#include "mm/page.h"

struct object;

enum page_use {
	PAGE_READ,  /* and copied before it is written */
	PAGE_WRITE, /* changed through a shared mapping */
};

struct object_ops {
	/*
	 * The page at `index`, with a reference for the caller; it is made if it is missing.
	 * -ENXIO past the end, -ENOMEM. Does not sleep: -EPAGING if load() must come first.
	 */
	int (*page)(struct object *o, uint64_t index, enum page_use use, struct page **out);
	/*
	 * The `n` pages from `index` on, for reading, each with a reference; NULL for those not in
	 * memory. Optional: an object without it never has any in memory.
	 */
	void (*peek)(struct object *o, uint64_t index, unsigned int n, struct page **out);
	/*
	 * Gets the page ready for page(); may sleep. Only for objects whose page() returns
	 * -EPAGING.
	 */
	int (*load)(struct object *o, uint64_t index, enum page_use use);
	/*
	 * Someone begins to write to pages that need not be asked for with PAGE_WRITE. Without the
	 * kernel lock. Optional.
	 */
	void (*written)(struct object *o);
	/* The last reference is gone. Does not sleep. */
	void (*release)(struct object *o);
	/* The object is the `object` of a struct inode. */
	bool of_inode;
	/* page() and peek() work without the kernel lock; everything else needs it. */
	bool page_unlocked, peek_unlocked;
};

struct object {
	const struct object_ops *ops;
	/* Taken and put without the kernel lock too, but the last: that goes with it. */
	uint32_t refs;
	/* Some space maps it, or has done so. */
	bool mapped;
};

static inline struct object *object_get(struct object *o)
{
	__atomic_fetch_add(&o->refs, 1, __ATOMIC_RELAXED);
	return o;
}

static inline void object_written(struct object *o)
{
	if (o->ops->written)
		o->ops->written(o);
}

static inline void object_put(struct object *o)
{
	if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) == 0)
		o->ops->release(o);
}

/* Without the kernel lock, of what was found so. False: its last reference has gone. */
static inline bool object_get_unless_gone(struct object *o)
{
	return refs_get_unless_zero(&o->refs);
}

/* Without the kernel lock. False: it is the last reference, and still there. */
static inline bool object_put_unless_last(struct object *o)
{
	return refs_put_unless_last(&o->refs);
}

/* Memory for a shared anonymous mapping of `pages` pages, one reference; NULL if out of memory. */
struct object *object_make_shared(uint64_t pages);
/* Whether it was made by that. */
bool object_is_shared(const struct object *o);
/* Calls `gone` when the last reference has gone, with the kernel lock; does not sleep. */
void object_tell_when_gone(struct object *shared, void (*gone)(struct object *o));
/*
 * Given by proc. No space maps what it has of the bytes from `from` to `end` any more, nor, with
 * `copies`, what was copied of them; the next touch is a fault.
 */
void object_unmap(struct object *o, uint64_t from, uint64_t end, bool copies);
/* Its pages from `first` to `end` read as zero from now on, except where they are still mapped. */
void object_clear_shared(struct object *o, uint64_t first, uint64_t end);
