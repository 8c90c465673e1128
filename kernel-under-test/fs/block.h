/*
 * Block devices: what a driver gives, and what file systems and /dev get of it, through pages of
 * the device that are kept in memory.
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

/* As many segments a transfer has at most. */
#define BLOCK_SEGMENTS CACHE_BATCH

struct block_ops {
	/* Moves what stands together on the disk from `sector` on; sleeps until done. 0, -EIO. */
	int (*transfer)(struct block_device *b, bool write, uint64_t sector,
			const struct block_segment *s, unsigned int count);
	/* All that was written is on the disk for good. 0, -EIO. */
	int (*flush)(struct block_device *b);
};

struct block_device {
	const char *name;
	uint64_t number;
	uint64_t sectors;
	bool read_only;
	bool mounted;
	const struct block_ops *ops;
	/* What follows is block's own. */
	struct cache cache;
	struct mutex writing;
};

/* Panics when there are too many. */
void block_register(struct block_device *b);

/* NULL when no device has this number, or name. */
struct block_device *block_find(uint64_t number);
struct block_device *block_find_name(const char *name);

/* The device's page at `index`, up to date, with a reference. -EIO, -ENOMEM or 0. */
int block_get_page(struct block_device *b, uint64_t index, struct page **out);

/* [at, at + len) of a page got from block_get_page() was changed. */
void block_set_dirty(struct block_device *b, struct page *p, size_t at, size_t len);

/*
 * Reads `count` pages that stand together from `sector` on into the places of `c` from `index` on;
 * what is there already stays. The part beyond the device's end is zero.
 */
int block_fill(struct block_device *b, struct cache *c, uint64_t index, uint64_t sector,
	       unsigned int count);

/* Writes all dirty pages of the device, and has it flush its own cache. */
int block_sync(struct block_device *b);
void block_sync_all(void);
