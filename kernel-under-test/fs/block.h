/*
 * Block devices: the operations of a driver, and the page cache through which file systems and /dev
 * use them.
 */
#pragma once

#include "fs/cache.h"
#include "lib/types.h"
#include "sched/mutex.h"

struct block_device;

struct block_segment {
	uint64_t phys;
	uint32_t len; /* whole sectors */
};

/* Most segments in one transfer. */
#define BLOCK_SEGMENTS CACHE_BATCH

struct block_ops {
	/* Moves segments to or from consecutive sectors; sleeps until done. 0, -EIO. */
	int (*transfer)(struct block_device *b, bool write, uint64_t sector,
			const struct block_segment *s, unsigned int count);
	/* Makes all completed writes durable. 0, -EIO. */
	int (*flush)(struct block_device *b);
};

struct block_device {
	const char *name;
	uint64_t number;
	uint64_t sectors;
	bool read_only;
	bool mounted;
	const struct block_ops *ops;
	/* Private to block.c. */
	struct cache cache;
	struct mutex writing;
};

/* Panics when the table is full. */
void block_register(struct block_device *b);

/* NULL: no device of that number, or name. */
struct block_device *block_find(uint64_t number);
struct block_device *block_find_name(const char *name);

/* The device's page at `index`, up to date, with a reference. 0, -EIO, -ENOMEM. */
int block_get_page(struct block_device *b, uint64_t index, struct page **out);

/* Bytes [at, at + len) of a page from block_get_page() were changed. */
void block_set_dirty(struct block_device *b, struct page *p, size_t at, size_t len);

/*
 * Reads `count` consecutive pages from `sector` on into `c` from `index` on. Pages that are in the
 * cache already are left alone; what lies beyond the end of the device reads as zero.
 */
int block_fill(struct block_device *b, struct cache *c, uint64_t index, uint64_t sector,
	       unsigned int count);

/* Writes all dirty pages, then has the device flush its own cache. 0, or the first error. */
int block_sync(struct block_device *b);
void block_sync_all(void);
