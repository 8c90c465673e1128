/*
 * The areas of a space in ascending order: an array in blocks of a page each, so that an insertion
 * moves at most a page's worth. Small programs need one block.
 *
 * Pointers to areas are valid until the next areas_insert() or areas_remove().
 */
#pragma once

#include "lib/types.h"
#include "mm/object.h"

/* Linux's default vm.max_map_count. */
#define AREAS_MAX 65530

struct area {
	uint64_t start, end;
	/* NULL: anonymous. `offset` is the byte of the object mapped at `start`. */
	struct object *object;
	uint64_t offset;
	uint32_t flags;
};

#ifndef AREAS_PER_BLOCK
#define AREAS_PER_BLOCK ((PAGE_SIZE - 16) / sizeof(struct area))
#endif

/* A page, so that an area's address leads to its block. Never empty, unless it is the only one. */
struct area_block {
	uint32_t count;
	uint32_t index; /* in areas.blocks */
	/* An upper bound on the gaps right below its areas. */
	uint64_t gap;
	struct area areas[AREAS_PER_BLOCK];
};

struct areas {
	uint32_t count; /* in all blocks */
	uint32_t block_count, capacity;
	struct area_block **blocks; /* `first` while one block suffices */
	struct area_block *first[1];
	/* Pages reserved for areas_insert(). */
	struct page *spare;
	/* Where the last search or change was, since the next is likely near it; or NULL. */
	struct area *hint;
};

static inline struct area_block *area_block(const struct area *a)
{
	return (struct area_block *)ALIGN_DOWN((uint64_t)a, PAGE_SIZE);
}

/* Initializes an empty array. Returns 0 or -ENOMEM. */
int areas_init(struct areas *s);
/* Copies `from`, without taking references to objects. Returns 0 or -ENOMEM. */
int areas_init_copy(struct areas *s, const struct areas *from);
void areas_destroy(struct areas *s);

/* The slow path of areas_find(). */
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

/* NULL at the end. */
static inline struct area *areas_next(const struct areas *s, struct area *a)
{
	struct area_block *b = area_block(a);

	if (likely(a + 1 < b->areas + b->count))
		return a + 1;
	return b->index + 1 < s->block_count ? s->blocks[b->index + 1]->areas : NULL;
}

static inline struct area *areas_last(const struct areas *s)
{
	struct area_block *b = s->blocks[s->block_count - 1];

	return b->count ? &b->areas[b->count - 1] : NULL;
}

/* The predecessor of NULL is the last area. */
static inline struct area *areas_prev(const struct areas *s, struct area *a)
{
	struct area_block *b;

	if (!a)
		return areas_last(s);
	b = area_block(a);
	if (likely(a > b->areas))
		return a - 1;
	if (!b->index)
		return NULL;
	b = s->blocks[b->index - 1];
	return &b->areas[b->count - 1];
}

static inline struct area *areas_first(const struct areas *s)
{
	return s->count ? s->blocks[0]->areas : NULL;
}

/*
 * Inserts `a` before `at` (NULL: at the end). Returns where it is then, or NULL if out of memory.
 */
struct area *areas_insert(struct areas *s, struct area *at, const struct area *a);

/* Removes `n` areas from `at` on. Returns the one after them. */
struct area *areas_remove(struct areas *s, struct area *at, uint32_t n);

/* Ensures that the next `n` calls of areas_insert() cannot fail. Returns 0 or -ENOMEM. */
int areas_reserve(struct areas *s, uint32_t n);

/* The highest gap of `len` bytes in [bottom, top): its start, or 0 if there is none. */
uint64_t areas_find_gap(struct areas *s, uint64_t bottom, uint64_t top, uint64_t len);
