/* Pages by index: what a file or a shared mapping is made of. Sparse; grows with its largest index.
 */
#pragma once

#include "mm/page.h"

struct store {
	/* Height 0: the page of index 0 itself; otherwise a node with 64 children. */
	void *root;
	unsigned int height;
	/* Pages in it. */
	uint64_t count;
};

#define STORE_INDEX_MAX (1ull << 40)

/* The page at `index`, or NULL; no reference is taken. */
struct page *store_find(const struct store *s, uint64_t index);

/* The first index at `index` or after that has a page, or (`missing`) has none; at most `end`. */
uint64_t store_next(const struct store *s, uint64_t index, uint64_t end, bool missing);

/* The `n` pages from `index` on, each with a reference; NULL for each that is not there. */
void store_peek(const struct store *s, uint64_t index, unsigned int n, struct page **out);

/* The same as store_find(), made (cleared) when missing: *page, 0 or -ENOMEM, -EFBIG. */
int store_make(struct store *s, uint64_t index, struct page **page);

/* Stores a page, and takes over the caller's reference. The place must be empty. */
int store_put(struct store *s, uint64_t index, struct page *page);

/* Drops the page at `index`, which must exist. */
void store_drop(struct store *s, uint64_t index);

/* Drops all pages at `from` and after. */
void store_cut(struct store *s, uint64_t from);
