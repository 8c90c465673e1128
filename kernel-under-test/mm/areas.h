/*
 * The areas of a space, in order: an array cut into blocks of a page each, so that putting one in
 * moves a page's worth at most however many there are. A small program has one block.
 *
 * Pointers to areas stay good until the next areas_insert() or areas_remove().
 */
#pragma once

#include "lib/types.h"
#include "mm/object.h"

/* As many areas as Linux allows by default. */
#define AREAS_MAX 65530

struct area {
	uint64_t start, end;
	/* NULL: anonymous. `offset` is the byte of the object that stands at `start`. */
	struct object *object;
	uint64_t offset;
	uint32_t flags;
};

#ifndef AREAS_PER_BLOCK
#define AREAS_PER_BLOCK ((PAGE_SIZE - 16) / sizeof(struct area))
#endif

/* Fills a page, so that an area's address leads to it. Never empty, unless it is the only one. */
struct area_block {
	uint32_t count;
	uint32_t place; /* in areas.blocks */
	/* An upper bound on the free ranges right below its areas. */
	uint64_t gap;
	struct area areas[AREAS_PER_BLOCK];
};

struct areas {
	uint32_t count; /* in all blocks */
	uint32_t block_count, capacity;
	struct area_block **blocks; /* `first`, as long as that is enough */
	struct area_block *first[1];
	/* Put by for areas_insert(). */
	struct page *spare;
	/*
	 * Where the last search or change was, since the next is likely to be there too; or NULL.
	 */
	struct area *hint;
};

static inline struct area_block *area_block(const struct area *a)
{
	return (struct area_block *)ALIGN_DOWN((uint64_t)a, PAGE_SIZE);
}

/* Makes an empty one. 0, -ENOMEM. */
int areas_init(struct areas *s);
/* A copy of `from`, without references to its objects. 0, -ENOMEM. */
int areas_init_copy(struct areas *s, const struct areas *from);
void areas_destroy(struct areas *s);

/* For areas_find(). */
struct area *areas_search(struct areas *s, uint64_t addr);

/* The first area that ends after `addr`, or NULL. */
static inline struct area *areas_find(struct areas *s, uint64_t addr)
{
	struct area *h = s->hint;

	if (h && addr < h->end &&
	    (addr >= h->start || (h != area_block(h)->areas && addr >= h[-1].end)))
		return h;
	return areas_search(s, addr);
}

/* NULL at the ends. */
static inline struct area *areas_next(const struct areas *s, struct area *a)
{
	struct area_block *b = area_block(a);

	if (likely(a + 1 < b->areas + b->count))
		return a + 1;
	return b->place + 1 < s->block_count ? s->blocks[b->place + 1]->areas : NULL;
}

static inline struct area *areas_last(const struct areas *s)
{
	struct area_block *b = s->blocks[s->block_count - 1];

	return b->count ? &b->areas[b->count - 1] : NULL;
}

/* Before NULL comes the last. */
static inline struct area *areas_prev(const struct areas *s, struct area *a)
{
	struct area_block *b;

	if (!a)
		return areas_last(s);
	b = area_block(a);
	if (likely(a > b->areas))
		return a - 1;
	if (!b->place)
		return NULL;
	b = s->blocks[b->place - 1];
	return &b->areas[b->count - 1];
}

static inline struct area *areas_first(const struct areas *s)
{
	return s->count ? s->blocks[0]->areas : NULL;
}

/* Inserts `a` before `at` (NULL: at the end). Returns where it is then; NULL if out of memory. */
struct area *areas_insert(struct areas *s, struct area *at, const struct area *a);

/* Removes `n` areas from `at` on; returns the one that follows. */
struct area *areas_remove(struct areas *s, struct area *at, uint32_t n);

/* Makes sure that the next `n` calls of areas_insert() can't fail. 0, -ENOMEM. */
int areas_reserve(struct areas *s, uint32_t n);

/* The highest free range of `len` bytes above `bottom` that ends at `top` or below; 0: none. */
uint64_t areas_gap(struct areas *s, uint64_t bottom, uint64_t top, uint64_t len);
