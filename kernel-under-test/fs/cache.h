/*
 * The page cache of one file, or of a whole disk. Clean pages that nobody else references are freed
 * when memory is short; dirty pages stay until they are written.
 */
#pragma once

#include "lib/list.h"
#include "mm/store.h"

/* page->used: the dirty sectors, one bit each, and flags. */
#define CACHE_DIRTY	 0x00ff
#define CACHE_SHARED	 0x0100 /* writable through a mapping, without a fault per write */
#define CACHE_REFERENCED 0x0200 /* used since reclaim last scanned it */

#define SECTOR_SIZE	 512ul
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* Most pages in one call of a cache_writer. */
#define CACHE_BATCH 32

struct cache {
	struct store pages;
	/* Pages by page->link, oldest first. */
	struct list clean, dirty;
	uint64_t dirty_count;
	/* In the list that reclaim scans, while the cache has pages. */
	struct list reclaimable;
	/* The first error of a write since this was last reported: that data is lost. */
	int error;
};

void cache_init(struct cache *c);

/* The page at `index`, or NULL. No reference is taken. */
static inline struct page *cache_find(struct cache *c, uint64_t index)
{
	struct page *p = store_find(&c->pages, index);

	if (p)
		p->used |= CACHE_REFERENCED;
	return p;
}

/* Adds the caller's page, with a reference of the cache's own. 0, -EEXIST, -ENOMEM, -EFBIG. */
int cache_add(struct cache *c, uint64_t index, struct page *p);

/* `sectors`: the changed sectors, one bit each. */
void cache_set_dirty(struct cache *c, struct page *p, unsigned int sectors);

/* Marks sectors clean without writing them: nobody needs their contents. */
void cache_clear_dirty(struct cache *c, struct page *p, unsigned int sectors);

/* Drops a clean page that differs from the disk. */
void cache_drop(struct cache *c, struct page *p);

/* Drops all pages from `from` on, dirty ones too. */
void cache_truncate(struct cache *c, uint64_t from);

/*
 * Writes the pages that are dirty now. `write` gets consecutive pages, with a mask of the dirty
 * sectors of each, and may sleep. Returns the first error, which c->error keeps too.
 */
typedef int (*cache_writer)(struct cache *c, struct page *const *pages, const uint8_t *sectors,
			    unsigned int count);
int cache_write_back(struct cache *c, cache_writer write);

/* All caches together hold too many dirty pages: whoever dirties more must write back first. */
bool cache_over_dirty_limit(void);
