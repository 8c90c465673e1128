/* ext2 page cache: reading, mapping and writing back pages of regular files. */
#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Read-ahead in pages: for sequential and for random access. */
#define READ_AHEAD_MAX BLOCK_SEGMENTS
#define READ_AHEAD_MIN 4

static uint64_t sector_of(const struct ext2 *fs, uint32_t block)
{
	return (uint64_t)block << (fs->block_log - 9);
}

/* The blocks of one page; *together: all are present and contiguous on the disk. */
static int map_page(struct node *n, uint64_t index, uint32_t *blocks, bool *contiguous)
{
	unsigned int log = n->fs->block_log, each = 1u << (PAGE_SHIFT - log);

	*contiguous = true;
	for (unsigned int i = 0; i < each; i++) {
		int err = ext2_map(n, (index << (PAGE_SHIFT - log)) + i, false, &blocks[i]);

		if (err)
			return err;
		if (!blocks[i] || blocks[i] != blocks[0] + i)
			*contiguous = false;
	}
	return 0;
}

/* Reads a page with holes or scattered blocks, one transfer for each block. */
static int read_parts(struct node *n, uint64_t index, const uint32_t *blocks)
{
	struct block_device *d = n->fs->device;
	struct page *p = page_alloc_zeroed();
	int err = p ? 0 : -ENOMEM;

	for (size_t at = 0, i = 0; at < PAGE_SIZE && !err; at += n->fs->block_size, i++) {
		struct block_segment s = {page_to_phys(p) + at, n->fs->block_size};

		if (blocks[i])
			err = d->ops->transfer(d, false, sector_of(n->fs, blocks[i]), &s, 1);
	}
	if (!err)
		err = cache_add(&n->cache, index, p);
	if (p)
		page_put(p);
	return err;
}

/* The number of pages from `index` on that are contiguous on the disk and not cached. */
static unsigned int find_run(struct node *n, uint64_t index, uint32_t first, unsigned int most)
{
	uint32_t blocks[PAGE_SIZE >> EXT2_BLOCK_LOG_MIN];
	unsigned int count = 1, each = 1u << (PAGE_SHIFT - n->fs->block_log);
	bool contiguous;

	while (count < most && index + count < ext2_pages(n->inode.size) &&
	       !store_find(&n->cache.pages, index + count) &&
	       map_page(n, index + count, blocks, &contiguous) == 0 && contiguous &&
	       blocks[0] == first + count * each)
		count++;
	return count;
}

/* Past the end of the file a page reads as zero, whatever the disk holds there. */
static void clear_tail(struct node *n, struct page *p)
{
	uint64_t start = p->index << PAGE_SHIFT, size = n->inode.size;

	if (size > start && size - start < PAGE_SIZE)
		memset((char *)page_to_virt(p) + (size - start), 0, PAGE_SIZE - (size - start));
}

int ext2_page_read(struct node *n, uint64_t index, struct page **out)
{
	uint32_t blocks[PAGE_SIZE >> EXT2_BLOCK_LOG_MIN];
	unsigned int ahead = index == n->next_read ? READ_AHEAD_MAX : READ_AHEAD_MIN, count;
	bool contiguous;
	int err;

	for (;;) {
		*out = cache_find(&n->cache, index);
		if (*out) {
			page_get(*out);
			return 0;
		}
		err = map_page(n, index, blocks, &contiguous);
		if (err)
			return err;
		if (contiguous) {
			count = find_run(n, index, blocks[0], ahead);
			err = block_fill(n->fs->device, &n->cache, index,
					 sector_of(n->fs, blocks[0]), count);
			n->next_read = index + count;
		} else {
			err = read_parts(n, index, blocks);
		}
		if (err)
			return err;
		*out = store_find(&n->cache.pages, (n->inode.size - 1) >> PAGE_SHIFT);
		if (*out && n->inode.size)
			clear_tail(n, *out);
	}
}

/* Marks whole blocks: a newly allocated one has no other valid contents on the disk. */
void ext2_page_dirty(struct node *n, struct page *p, size_t at, size_t end)
{
	unsigned int first =
		(unsigned int)(ALIGN_DOWN(at, (size_t)n->fs->block_size) / SECTOR_SIZE);
	unsigned int last = (unsigned int)(ALIGN_UP(end, (size_t)n->fs->block_size) / SECTOR_SIZE);

	cache_set_dirty(&n->cache, p, (1u << last) - (1u << first));
	if (list_empty(&n->dirty))
		list_push_back(&n->fs->dirty, &n->dirty);
}

long ext2_make_blocks(struct node *n, uint64_t pos, size_t len)
{
	unsigned int log = n->fs->block_log;
	uint64_t end = pos;
	uint32_t block;

	while (end < pos + len) {
		int err = ext2_map(n, end >> log, true, &block);

		if (err && end == pos)
			return err;
		if (err)
			return (long)(end - pos);
		end = ((end >> log) + 1) << log;
	}
	return (long)len;
}

void ext2_balance_dirty(struct ext2 *fs)
{
	if (cache_over_dirty_limit())
		ext2_sync(fs);
}

static int ext2_get_page(struct object *o, uint64_t index, enum page_use use, struct page **out)
{
	struct node *n = node_of(container_of(o, struct inode, object));

	if (index >= ext2_pages(n->inode.size))
		return -ENXIO;
	*out = cache_find(&n->cache, index);
	if (!*out || (use == PAGE_WRITE && !((*out)->used & CACHE_SHARED)))
		return -EPAGING;
	page_get(*out);
	return 0;
}

static void ext2_peek(struct object *o, uint64_t index, unsigned int count, struct page **out)
{
	struct node *n = node_of(container_of(o, struct inode, object));

	for (unsigned int i = 0; i < count; i++) {
		out[i] = index + i < ext2_pages(n->inode.size) ? cache_find(&n->cache, index + i)
							       : NULL;
		if (out[i])
			page_get(out[i]);
	}
}

/* For a writable mapping: allocates the page's blocks, and marks it dirty until it is unmapped. */
static int make_writable(struct node *n, uint64_t index, struct page *p)
{
	uint64_t start = index << PAGE_SHIFT;
	size_t len = MIN(PAGE_SIZE, n->inode.size - start);
	long made = n->fs->volume.read_only ? -EROFS : ext2_make_blocks(n, start, len);

	if (made != (long)len)
		return -EIO;
	p->used |= CACHE_SHARED;
	ext2_page_dirty(n, p, 0, len);
	ext2_modified(n);
	return 0;
}

static int ext2_load(struct object *o, uint64_t index, enum page_use use)
{
	struct node *n = node_of(container_of(o, struct inode, object));
	struct page *p;
	int err = -ENXIO;

	mutex_lock(&n->fs->lock);
	if (index < ext2_pages(n->inode.size))
		err = ext2_page_read(n, index, &p);
	if (!err) {
		if (use == PAGE_WRITE)
			err = make_writable(n, index, p);
		page_put(p);
	}
	mutex_unlock(&n->fs->lock);
	if (use == PAGE_WRITE)
		ext2_balance_dirty(n->fs);
	return err == -ENXIO || err == -ENOMEM || !err ? err : -EIO;
}

/* Segments to be written to consecutive sectors from `sector` on. */
struct run {
	struct block_segment s[BLOCK_SEGMENTS];
	unsigned int count;
	uint64_t sector, end;
};

static int run_write(struct block_device *d, struct run *r)
{
	int err = r->count ? d->ops->transfer(d, true, r->sector, r->s, r->count) : 0;

	r->count = 0;
	return err;
}

static int run_add(struct block_device *d, struct run *r, uint64_t sector, uint64_t phys,
		   uint32_t len)
{
	struct block_segment *last;
	int err = 0;

	if (r->count && (sector != r->end || r->count == BLOCK_SEGMENTS))
		err = run_write(d, r);
	if (!r->count)
		r->sector = sector;
	r->end = sector + len / SECTOR_SIZE;
	last = r->count ? &r->s[r->count - 1] : NULL;
	if (last && last->phys + last->len == phys)
		last->len += len;
	else
		r->s[r->count++] = (struct block_segment){phys, len};
	return err;
}

static int write_pages(struct cache *c, struct page *const *pages, const uint8_t *sectors,
		       unsigned int count)
{
	struct node *n = container_of(c, struct node, cache);
	struct ext2 *fs = n->fs;
	unsigned int bits = fs->block_size / SECTOR_SIZE;
	struct run r = {.count = 0};
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++) {
		uint64_t first = pages[i]->index << (PAGE_SHIFT - fs->block_log);

		for (unsigned int at = 0; at < SECTORS_PER_PAGE && !err; at += bits) {
			uint32_t block = 0;

			if (sectors[i] >> at & ((1u << bits) - 1))
				err = ext2_map(n, first + at / bits, false, &block);
			if (block)
				err = run_add(fs->device, &r, sector_of(fs, block),
					      page_to_phys(pages[i]) + at * SECTOR_SIZE,
					      fs->block_size);
		}
	}
	return err ? err : run_write(fs->device, &r);
}

int ext2_file_write_back(struct node *n)
{
	return cache_write_back(&n->cache, write_pages);
}

int ext2_file_sync(struct inode *inode)
{
	struct node *n = node_of(inode);
	struct ext2 *fs = n->fs;
	int err, sync_err;

	if (fs->volume.read_only)
		return 0;
	MUTEX_SCOPE(&fs->lock);
	ext2_file_write_back(n);
	err = n->cache.error;
	n->cache.error = 0;
	sync_err = n->changed ? ext2_node_write(n) : 0;
	if (!n->cache.dirty_count)
		list_remove(&n->dirty);
	if (!sync_err)
		sync_err = block_sync(fs->device);
	return err ? err : sync_err;
}

const struct object_ops ext2_object_ops = {
	.of_inode = true,
	.page = ext2_get_page,
	.peek = ext2_peek,
	.load = ext2_load,
	.release = ext2_release,
};
