/* Memory objects: what areas map, a file or shared anonymous memory. */
#pragma once

#include "lib/refs.h"
#include "mm/page.h"

struct object;

enum page_use {
	PAGE_READ,  /* and copied before it is written */
	PAGE_WRITE, /* written through a shared mapping */
};

struct object_ops {
	/*
	 * Returns the page at `index` with a reference, allocating it if missing. 0, -ENXIO past
	 * the end, -ENOMEM, or -EPAGING if load() must be called first. Does not sleep.
	 */
	int (*page)(struct object *o, uint64_t index, enum page_use use, struct page **out);
	/*
	 * Returns the `n` pages from `index` on for reading, each with a reference; NULL for those
	 * not in memory. Optional: without it, none ever is.
	 */
	void (*peek)(struct object *o, uint64_t index, unsigned int n, struct page **out);
	/*
	 * Reads the page from disk so that page() succeeds; may sleep. Required if page() may
	 * return -EPAGING.
	 */
	int (*load)(struct object *o, uint64_t index, enum page_use use);
	/*
	 * Notifies of a write to a page that may be mapped writable without PAGE_WRITE. Runs
	 * without the kernel lock. Optional.
	 */
	void (*written)(struct object *o);
	/* The last reference was dropped. Must not sleep. */
	void (*release)(struct object *o);
	/* The object is embedded in a struct inode as its `object`. */
	bool of_inode;
	/* page() and peek() work without the kernel lock; the other operations need it. */
	bool page_unlocked, peek_unlocked;
};

struct object {
	const struct object_ops *ops;
	/* Atomic. Only dropping the last reference needs the kernel lock. */
	uint32_t refs;
	/* Some space maps it, or has mapped it. */
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

/* For an object found without the kernel lock. Returns false if its last reference is gone. */
static inline bool object_get_unless_zero(struct object *o)
{
	return refs_get_unless_zero(&o->refs);
}

/* Without the kernel lock. Returns false, and keeps the reference, if it is the last one. */
static inline bool object_put_unless_last(struct object *o)
{
	return refs_put_unless_last(&o->refs);
}

/* Creates shared anonymous memory of `pages` pages with one reference; NULL if out of memory. */
struct object *object_create_shared(uint64_t pages);
/* Whether object_create_shared() created it. */
bool object_is_shared(const struct object *o);
/* Calls `gone` under the kernel lock when the last reference is dropped; it must not sleep. */
void object_set_release_hook(struct object *shared, void (*gone)(struct object *o));
/*
 * Implemented by proc. Unmaps the bytes from `from` to `end` from all spaces, with `copies` private
 * copies too; the next access faults.
 */
void object_unmap(struct object *o, uint64_t from, uint64_t end, bool copies);
/* Frees the pages from `first` to `end`, which then read as zero, except where still mapped. */
void object_punch_shared(struct object *o, uint64_t first, uint64_t end);
