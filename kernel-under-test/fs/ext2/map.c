/* Which block of the disk is which of a file: direct, and through one to three levels of tables. */
#include "fs/ext2/node.h"
#include "lib/errno.h"

static uint64_t pointers_each(const struct ext2 *fs)
{
	return fs->block_size / sizeof(uint32_t);
}

/* How many blocks one pointer stands for, `level` tables above them. */
static uint64_t span(const struct ext2 *fs, unsigned int level)
{
	uint64_t n = 1;

	while (level--)
		n *= pointers_each(fs);
	return n;
}

uint64_t ext2_size_max(const struct ext2 *fs)
{
	uint64_t blocks = EXT2_NDIR_BLOCKS + span(fs, 1) + span(fs, 2) + span(fs, 3);
	/* The count of sectors has 32 bits, and the tables are in it. */
	uint64_t most = MIN(blocks << fs->block_log, (1ull << 41) - (1ull << 34));

	return fs->shape.revision ? most : MIN(most, (uint64_t)INT32_MAX);
}

/* The way to a block: *first of the inode's pointers, and how many tables are between. */
static int find_way(const struct ext2 *fs, uint64_t *index, unsigned int *first)
{
	if (*index < EXT2_NDIR_BLOCKS) {
		*first = (unsigned int)*index;
		return 0;
	}
	*index -= EXT2_NDIR_BLOCKS;
	for (unsigned int level = 1; level <= 3; level++) {
		*first = EXT2_NDIR_BLOCKS + level - 1;
		if (*index < span(fs, level))
			return (int)level;
		*index -= span(fs, level);
	}
	return -EFBIG;
}

static uint32_t goal_of(const struct node *n)
{
	uint32_t group = (uint32_t)(n->inode.ino - 1) / n->fs->shape.inodes_per_group;

	return n->goal ? n->goal : ext2_group_first(n->fs, group);
}

/* Gives an empty pointer a block; a table is cleared first. */
static int fill(struct node *n, uint32_t *pointer, bool table)
{
	struct buffer b;
	uint32_t block;
	int err = ext2_block_alloc(n->fs, goal_of(n), &block);

	if (!err && table) {
		err = ext2_getblk(n->fs, block, &b);
		if (err)
			ext2_block_free(n->fs, block);
		else
			ext2_brelse(&b);
	}
	if (err)
		return err;
	*pointer = block;
	n->goal = block + 1;
	n->sectors += n->fs->block_size / SECTOR_SIZE;
	ext2_node_dirty(n);
	return 0;
}

int ext2_map(struct node *n, uint64_t index, bool make, uint32_t *block)
{
	struct ext2 *fs = n->fs;
	struct buffer b = {0};
	unsigned int first;
	int level = find_way(fs, &index, &first), err = 0;
	uint32_t *pointer = level < 0 ? NULL : &n->pointers[first];

	*block = 0;
	if (level < 0)
		return make ? level : 0;
	for (;; level--) {
		if (*pointer) {
			err = ext2_block_check(fs, *pointer);
		} else if (make) {
			err = fill(n, pointer, level > 0);
			if (!err && b.page)
				ext2_mark_dirty(fs, &b);
		}
		*block = err ? 0 : *pointer;
		if (!*block || !level)
			break;
		if (b.page)
			ext2_brelse(&b);
		err = ext2_bread(fs, *block, &b);
		if (err)
			return err;
		pointer = (uint32_t *)b.data +
			  index / span(fs, (unsigned int)level - 1) % pointers_each(fs);
	}
	if (b.page)
		ext2_brelse(&b);
	return err;
}

static int drop(struct node *n, uint32_t block)
{
	uint32_t sectors = n->fs->block_size / SECTOR_SIZE;

	n->sectors -= MIN(n->sectors, sectors);
	return ext2_block_free(n->fs, block);
}

/*
 * Frees what hangs on a pointer, from the `from`-th block on. A table is freed before what it
 * points to: one that leads to itself is seen free the second time, and not followed.
 */
static int cut(struct node *n, uint32_t *pointer, unsigned int level, uint64_t from)
{
	uint32_t block = *pointer;
	struct buffer b;
	int err = 0;

	if (!block)
		return 0;
	if (!from) {
		*pointer = 0;
		err = drop(n, block);
	} else {
		err = ext2_block_check(n->fs, block);
	}
	if (err || !level)
		return err;
	err = ext2_bread(n->fs, block, &b);
	if (err)
		return err;
	for (uint64_t i = from / span(n->fs, level - 1); i < pointers_each(n->fs); i++) {
		uint64_t start = i * span(n->fs, level - 1);
		int failed =
			cut(n, (uint32_t *)b.data + i, level - 1, from > start ? from - start : 0);

		err = err ? err : failed;
	}
	/* Free now, and dirty only if it is still a table. */
	if (from)
		ext2_mark_dirty(n->fs, &b);
	ext2_brelse(&b);
	return err;
}

int ext2_truncate_blocks(struct node *n, uint64_t index)
{
	uint64_t start = 0;
	int err = 0;

	for (unsigned int i = 0; i < EXT2_N_BLOCKS; i++) {
		unsigned int level = i < EXT2_NDIR_BLOCKS ? 0 : i - EXT2_NDIR_BLOCKS + 1;
		uint64_t end = start + span(n->fs, level);

		if (end > index) {
			int failed =
				cut(n, &n->pointers[i], level, index > start ? index - start : 0);

			err = err ? err : failed;
		}
		start = end;
	}
	n->goal = 0;
	ext2_node_dirty(n);
	return err;
}
