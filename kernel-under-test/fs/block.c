/* Block devices and their page caches. */
#include "fs/block.h"

#include "fs/block_file.h"
#include "fs/device.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define BLOCK_DEVICES_MAX 8

static struct block_device *devices[BLOCK_DEVICES_MAX];
static size_t device_count;

void block_register(struct block_device *b)
{
	if (device_count == BLOCK_DEVICES_MAX)
		panic("fs: no room for block device %s", b->name);
	cache_init(&b->cache);
	mutex_init(&b->writing);
	devices[device_count++] = b;
	device_register(b->name, b->number, S_IFBLK | 0660, &block_file_ops);
}

struct block_device *block_find(uint64_t number)
{
	for (size_t i = 0; i < device_count; i++)
		if (devices[i]->number == number)
			return devices[i];
	return NULL;
}

struct block_device *block_find_name(const char *name)
{
	for (size_t i = 0; i < device_count; i++)
		if (strcmp(devices[i]->name, name) == 0)
			return devices[i];
	return NULL;
}

int block_get_page(struct block_device *b, uint64_t index, struct page **out)
{
	/* Reclaim may free the page again before a reference is taken: then read it again. */
	for (;;) {
		struct page *p = cache_find(&b->cache, index);
		int err;

		if (p) {
			*out = page_get(p);
			return 0;
		}
		err = block_fill(b, &b->cache, index, index * SECTORS_PER_PAGE, 1);
		if (err)
			return err;
	}
}

void block_set_dirty(struct block_device *b, struct page *p, size_t at, size_t len)
{
	unsigned int first = (unsigned int)(at / SECTOR_SIZE);
	unsigned int end = (unsigned int)((at + len + SECTOR_SIZE - 1) / SECTOR_SIZE);

	cache_set_dirty(&b->cache, p, (1u << end) - (1u << first));
}

/*
 * Allocates pages to read into, one segment each, up to the device's end. Returns how many have a
 * part on the device.
 */
static unsigned int alloc_pages(struct block_device *b, uint64_t sector, struct page **pages,
				struct block_segment *s, unsigned int count)
{
	unsigned int n = 0;

	for (; n < count && sector < b->sectors; n++, sector += SECTORS_PER_PAGE) {
		uint64_t here = MIN(b->sectors - sector, SECTORS_PER_PAGE);

		pages[n] = here < SECTORS_PER_PAGE ? page_alloc_zeroed() : page_alloc();
		if (!pages[n])
			break;
		s[n] = (struct block_segment){page_to_phys(pages[n]),
					      (uint32_t)(here * SECTOR_SIZE)};
	}
	return n;
}

int block_fill(struct block_device *b, struct cache *c, uint64_t index, uint64_t sector,
	       unsigned int count)
{
	struct page *pages[BLOCK_SEGMENTS];
	struct block_segment s[BLOCK_SEGMENTS];
	unsigned int n;
	int err;

	if (sector >= b->sectors)
		return -EIO;
	n = alloc_pages(b, sector, pages, s, MIN(count, (unsigned int)BLOCK_SEGMENTS));
	if (!n)
		return -ENOMEM;
	err = b->ops->transfer(b, false, sector, s, n);
	for (unsigned int i = 0; i < n; i++) {
		/* A page added meanwhile wins: it may have been changed since. */
		int added = err ? 0 : cache_add(c, index + i, pages[i]);

		if (added && added != -EEXIST && i == 0)
			err = added;
		page_put(pages[i]);
	}
	return err;
}

/* Writes the dirty sectors of one page, one transfer for each run of them. */
static int write_sectors(struct block_device *b, const struct page *p, unsigned int sectors)
{
	uint64_t base = p->index * SECTORS_PER_PAGE;
	int err = 0;

	for (unsigned int at = 0; at < SECTORS_PER_PAGE && !err;) {
		unsigned int end = at;

		while (end < SECTORS_PER_PAGE && (sectors & 1u << end) && base + end < b->sectors)
			end++;
		if (end > at) {
			struct block_segment s = {page_to_phys(p) + at * SECTOR_SIZE,
						  (uint32_t)((end - at) * SECTOR_SIZE)};

			err = b->ops->transfer(b, true, base + at, &s, 1);
		}
		at = end + 1;
	}
	return err;
}

static int write_pages(struct cache *c, struct page *const *pages, const uint8_t *sectors,
		       unsigned int count)
{
	struct block_device *b = container_of(c, struct block_device, cache);
	struct block_segment s[BLOCK_SEGMENTS];
	int err = 0;

	for (unsigned int i = 0; i < count && !err;) {
		uint64_t first = pages[i]->index * SECTORS_PER_PAGE;
		unsigned int n = 0;

		/* Adjacent pages that are dirty as a whole go in one transfer. */
		for (; i + n < count && sectors[i + n] == CACHE_DIRTY &&
		       first + (n + 1) * SECTORS_PER_PAGE <= b->sectors;
		     n++)
			s[n] = (struct block_segment){page_to_phys(pages[i + n]), PAGE_SIZE};
		err = n ? b->ops->transfer(b, true, first, s, n)
			: write_sectors(b, pages[i], sectors[i]);
		i += n ? n : 1;
	}
	return err;
}

int block_sync(struct block_device *b)
{
	int err, flush_err;

	mutex_lock(&b->writing);
	cache_write_back(&b->cache, write_pages);
	err = b->cache.error;
	b->cache.error = 0;
	flush_err = b->ops->flush(b);
	mutex_unlock(&b->writing);
	return err ? err : flush_err;
}

void block_sync_all(void)
{
	for (size_t i = 0; i < device_count; i++)
		block_sync(devices[i]);
}
