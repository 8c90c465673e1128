/* A sparse array of pages by index: the contents of a file or of a shared mapping. */
#pragma once

#include "mm/page.h"

struct store {
	/* Height 0: the page of index 0 itself; otherwise a node with 64 children. */
	void *root;
	unsigned int height;
	/* Number of pages. */
	uint64_t count;
};

#define STORE_INDEX_MAX (1ull << 40)

/* The page at `index`, or NULL. Takes no reference. */
struct page *store_find(const struct store *s, uint64_t index);

/* The first index in [index, end) with a page, or (`missing`) without one; `end` if none. */
uint64_t store_next(const struct store *s, uint64_t index, uint64_t end, bool missing);

/* The `n` pages from `index` on, each with a new reference; NULL for missing ones. */
void store_peek(const struct store *s, uint64_t index, unsigned int n, struct page **out);

/* Like store_find(), but allocates a zeroed page if missing. Returns 0, -ENOMEM or -EFBIG. */
int store_get_or_create(struct store *s, uint64_t index, struct page **page);

/*
 * Stores a page and takes over the caller's reference. The slot must be empty. 0, -ENOMEM, -EFBIG.
 */
int store_insert(struct store *s, uint64_t index, struct page *page);

/* Removes and releases the page at `index`, which must exist. */
void store_remove(struct store *s, uint64_t index);

/* Removes and releases all pages from `from` on. */
void store_truncate(struct store *s, uint64_t from);
