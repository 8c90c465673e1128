/*
 * Pages that stand for what is on a disk: of a file, or of the disk itself. A clean one goes when
 * memory is short and nobody else holds it; a dirty one stays until it was written.
 */
#pragma once

#include "lib/list.h"
#include "mm/store.h"

/* page->used: which sectors are not on the disk yet, and what else is known. */
#define CACHE_DIRTY	 0x00ff
#define CACHE_SHARED	 0x0100 /* may be written through a mapping without our notice */
#define CACHE_REFERENCED 0x0200 /* used since reclaim last came by */

#define SECTOR_SIZE	 512ul
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* So many pages are written at once, at most. */
#define CACHE_BATCH 32

struct cache {
	struct store pages;
	/* Both by page->link, the oldest first. */
	struct list clean, dirty;
	uint64_t dirty_count;
	/* Among those that reclaim looks through; not while it has no pages. */
	struct list reclaimable;
	/* A write failed since this was last asked, and what it was to bring to the disk is lost.
	 */
	int error;
};

void cache_init(struct cache *c);

/* The page at `index`, or NULL; no reference is taken. */
static inline struct page *cache_find(struct cache *c, uint64_t index)
{
	struct page *p = store_find(&c->pages, index);

	if (p)
		p->used |= CACHE_REFERENCED;
	return p;
}

/* Puts a page of the caller's in, with a reference of its own. -EEXIST, -ENOMEM, -EFBIG or 0. */
int cache_add(struct cache *c, uint64_t index, struct page *p);

/* `sectors`: a bit for each that was changed. */
void cache_set_dirty(struct cache *c, struct page *p, unsigned int sectors);

/* Forgets that some sectors are dirty: what they held is of no use to anyone. */
void cache_clear_dirty(struct cache *c, struct page *p, unsigned int sectors);

/* Drops a clean page: what it holds is not what is on the disk. */
void cache_drop(struct cache *c, struct page *p);

/* Drops all pages at `from` and after, dirty or not. */
void cache_truncate(struct cache *c, uint64_t from);

/*
 * Writes what is dirty now. `write` gets pages that follow each other, `sectors` of each being
 * dirty; it may sleep. The first error, which is in c->error then.
 */
typedef int (*cache_writer)(struct cache *c, struct page *const *pages, const uint8_t *sectors,
			    unsigned int count);
int cache_write_back(struct cache *c, cache_writer write);

/* More is dirty, in all caches together, than should be: whoever makes more must write first. */
bool cache_over_dirty_limit(void);
