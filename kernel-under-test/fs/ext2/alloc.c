/* ext2 block and inode bitmaps. */
#include "fs/ext2/node.h"
#include "lib/errno.h"

int ext2_group_get(struct ext2 *fs, uint32_t group, struct buffer *b, struct ext2_group **out)
{
	uint32_t per_group = fs->block_size / sizeof(struct ext2_group);
	int err = ext2_bread(fs, fs->group_table + group / per_group, b);

	if (!err)
		*out = (struct ext2_group *)b->data + group % per_group;
	return err;
}

uint32_t ext2_group_first(const struct ext2 *fs, uint32_t group)
{
	return fs->geometry.first_block + group * fs->geometry.blocks_per_group;
}

uint32_t ext2_group_blocks(const struct ext2 *fs, uint32_t group)
{
	return MIN(fs->geometry.blocks_per_group,
		   fs->geometry.blocks - ext2_group_first(fs, group));
}

static uint32_t group_of(const struct ext2 *fs, uint32_t block)
{
	return (block - fs->geometry.first_block) / fs->geometry.blocks_per_group;
}

/* Blocks of the inode table of each group. */
static uint32_t table_blocks(const struct ext2 *fs)
{
	uint64_t bytes = (uint64_t)fs->geometry.inodes_per_group * fs->inode_size;

	return (uint32_t)((bytes + fs->block_size - 1) >> fs->block_log);
}

int ext2_block_check(struct ext2 *fs, uint32_t block)
{
	uint32_t groups_end = fs->group_table +
			      (fs->groups * (uint32_t)sizeof(struct ext2_group) + fs->block_size -
			       1) / fs->block_size;
	struct ext2_group *g;
	struct buffer b;
	bool system;
	int err;

	if (block < groups_end || block >= fs->geometry.blocks)
		return ext2_error(fs, "a pointer leads to no block of data", block);
	err = ext2_group_get(fs, group_of(fs, block), &b, &g);
	if (err)
		return err;
	system = block == g->block_bitmap || block == g->inode_bitmap ||
		 block - g->inode_table < table_blocks(fs);
	ext2_brelse(&b);
	return system ? ext2_error(fs, "a pointer leads into a bitmap or table", block) : 0;
}

/* The first clear bit in [from, end), or `end`. */
static uint32_t find_clear(const uint8_t *map, uint32_t from, uint32_t end)
{
	while (from < end) {
		if (!(from & 7) && map[from / 8] == UINT8_MAX)
			from += 8;
		else if (map[from / 8] & 1u << (from & 7))
			from++;
		else
			return from;
	}
	return end;
}

static bool set_bit(uint8_t *map, uint32_t bit, bool on)
{
	bool was = map[bit / 8] & 1u << (bit & 7);

	map[bit / 8] =
		(uint8_t)((map[bit / 8] & ~(1u << (bit & 7))) | (unsigned int)on << (bit & 7));
	return was;
}

/* Adjusts a free count in the group descriptor, which is in `b`, and in the superblock. */
static void adjust_free(struct ext2 *fs, struct buffer *b, uint16_t *in_group, uint32_t *in_all,
			int by)
{
	*in_group = (uint16_t)(*in_group + by);
	*in_all += by > 0 || *in_all ? (uint32_t)by : 0;
	ext2_mark_dirty(fs, b);
	block_set_dirty(fs->device, fs->super_page, EXT2_SUPER_AT, sizeof(struct ext2_super));
}

/* Allocates a bit of one bitmap, from `from` on, then from its start. -ENOSPC: none is clear. */
static int bitmap_alloc(struct ext2 *fs, uint32_t bitmap, uint32_t from, uint32_t end,
			uint32_t *bit)
{
	struct buffer b;
	int err = ext2_bread(fs, bitmap, &b);

	if (err)
		return err;
	*bit = find_clear(b.data, from, end);
	if (*bit == end)
		*bit = find_clear(b.data, 0, end);
	if (*bit < end) {
		set_bit(b.data, *bit, true);
		ext2_mark_dirty(fs, &b);
	}
	ext2_brelse(&b);
	return *bit < end ? 0 : -ENOSPC;
}

static int alloc_in(struct ext2 *fs, uint32_t group, uint32_t from, uint32_t *out)
{
	struct ext2_group *g;
	struct buffer b;
	uint32_t bit;
	int err = ext2_group_get(fs, group, &b, &g);

	if (err)
		return err;
	err = g->free_blocks
		      ? bitmap_alloc(fs, g->block_bitmap, from, ext2_group_blocks(fs, group), &bit)
		      : -ENOSPC;
	if (!err) {
		*out = ext2_group_first(fs, group) + bit;
		adjust_free(fs, &b, &g->free_blocks, &fs->super->free_blocks, -1);
	}
	ext2_brelse(&b);
	return err ? err : ext2_block_check(fs, *out);
}

int ext2_block_alloc(struct ext2 *fs, uint32_t goal, uint32_t *out)
{
	uint32_t first, from;
	int err = -ENOSPC;

	if (goal < fs->geometry.first_block || goal >= fs->geometry.blocks)
		goal = fs->geometry.first_block;
	first = group_of(fs, goal);
	from = goal - ext2_group_first(fs, first);
	for (uint32_t i = 0; i < fs->groups && err == -ENOSPC; i++)
		err = alloc_in(fs, (first + i) % fs->groups, i ? 0 : from, out);
	return err;
}

/* A freed metadata block must not be written back over what is put there next. */
static void discard_dirty(struct ext2 *fs, uint32_t block)
{
	uint64_t at = (uint64_t)block << fs->block_log;
	struct page *p = store_find(&fs->device->cache.pages, at >> PAGE_SHIFT);
	unsigned int first = (unsigned int)(at % PAGE_SIZE / SECTOR_SIZE);
	unsigned int end = first + fs->block_size / SECTOR_SIZE;

	if (p)
		cache_clear_dirty(&fs->device->cache, p, (1u << end) - (1u << first));
}

/* Frees a bit of a bitmap. -EUCLEAN, with `complaint`: it was free already. */
static int bitmap_free(struct ext2 *fs, uint32_t bitmap, uint32_t bit, const char *complaint,
		       uint64_t number)
{
	struct buffer map;
	int err = ext2_bread(fs, bitmap, &map);

	if (err)
		return err;
	if (set_bit(map.data, bit, false))
		ext2_mark_dirty(fs, &map);
	else
		err = ext2_error(fs, complaint, number);
	ext2_brelse(&map);
	return err;
}

int ext2_block_free(struct ext2 *fs, uint32_t block)
{
	struct buffer b;
	struct ext2_group *g;
	uint32_t group;
	int err = ext2_block_check(fs, block);

	if (err)
		return err;
	group = group_of(fs, block);
	err = ext2_group_get(fs, group, &b, &g);
	if (err)
		return err;
	err = bitmap_free(fs, g->block_bitmap, block - ext2_group_first(fs, group),
			  "a block in use is marked free", block);
	if (!err) {
		adjust_free(fs, &b, &g->free_blocks, &fs->super->free_blocks, 1);
		discard_dirty(fs, block);
	}
	ext2_brelse(&b);
	return err;
}

static int inode_alloc_in(struct ext2 *fs, uint32_t group, bool directory, uint32_t *out)
{
	uint32_t per_group = fs->geometry.inodes_per_group;
	/* Inodes before first_inode are reserved, whatever the bitmap says. */
	uint32_t before = group * per_group, own = fs->first_inode - 1;
	uint32_t from = own > before ? MIN(own - before, per_group) : 0;
	struct ext2_group *g;
	struct buffer b;
	uint32_t bit;
	int err = ext2_group_get(fs, group, &b, &g);

	if (err)
		return err;
	err = g->free_inodes ? bitmap_alloc(fs, g->inode_bitmap, from, per_group, &bit) : -ENOSPC;
	if (!err && bit < from)
		err = ext2_error(fs, "a reserved inode is marked free", bit + 1);
	if (!err) {
		*out = group * per_group + bit + 1;
		g->directories = (uint16_t)(g->directories + directory);
		adjust_free(fs, &b, &g->free_inodes, &fs->super->free_inodes, -1);
	}
	ext2_brelse(&b);
	return err;
}

int ext2_inode_alloc(struct ext2 *fs, uint32_t near, bool directory, uint32_t *out)
{
	uint32_t first = (near - 1) / fs->geometry.inodes_per_group;
	int err = -ENOSPC;

	for (uint32_t i = 0; i < fs->groups && err == -ENOSPC; i++)
		err = inode_alloc_in(fs, (first + i) % fs->groups, directory, out);
	return err;
}

int ext2_inode_free(struct ext2 *fs, uint32_t ino, bool directory)
{
	uint32_t per_group = fs->geometry.inodes_per_group;
	struct buffer b;
	struct ext2_group *g;
	int err = ext2_group_get(fs, (ino - 1) / per_group, &b, &g);

	if (err)
		return err;
	err = bitmap_free(fs, g->inode_bitmap, (ino - 1) % per_group,
			  "an inode in use is marked free", ino);
	if (!err) {
		g->directories -= directory && g->directories;
		adjust_free(fs, &b, &g->free_inodes, &fs->super->free_inodes, 1);
	}
	ext2_brelse(&b);
	return err;
}
