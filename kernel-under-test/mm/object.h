/* Something whose pages can be mapped: a file, or memory shared between processes. */
#pragma once

#include "mm/page.h"

struct object;

struct object_ops {
	/*
	 * The page at `index`, with a reference for the caller. `make`: one that is missing is
	 * made; else a missing one is -ENOENT. -ENXIO past the end, -ENOMEM.
	 */
	int (*page)(struct object *o, uint64_t index, bool make, struct page **out);
	/* The last reference is gone. */
	void (*release)(struct object *o);
};

struct object {
	const struct object_ops *ops;
	uint32_t refs;
};

static inline struct object *object_get(struct object *o)
{
	o->refs++;
	return o;
}

static inline void object_put(struct object *o)
{
	if (--o->refs == 0)
		o->ops->release(o);
}

/* Memory for a shared anonymous mapping of `pages` pages, one reference; NULL without memory. */
struct object *object_make_shared(uint64_t pages);
