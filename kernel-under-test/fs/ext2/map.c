/* ext2 block mapping: direct pointers, and one to three levels of indirect blocks. */
#include "fs/ext2/node.h"
#include "lib/errno.h"

static uint64_t pointers_per_block(const struct ext2 *fs)
{
	return fs->block_size / sizeof(uint32_t);
}

/* Blocks that one pointer covers, `level` indirect blocks above them. */
static uint64_t span(const struct ext2 *fs, unsigned int level)
{
	uint64_t n = 1;

	while (level--)
		n *= pointers_per_block(fs);
	return n;
}

uint64_t ext2_size_max(const struct ext2 *fs)
{
	uint64_t blocks = EXT2_NDIR_BLOCKS + span(fs, 1) + span(fs, 2) + span(fs, 3);
	/* i_blocks counts 512-byte sectors in 32 bits, indirect blocks included. */
	uint64_t most = MIN(blocks << fs->block_log, (1ull << 41) - (1ull << 34));

	return fs->geometry.revision ? most : MIN(most, (uint64_t)INT32_MAX);
}

/*
 * Which of the inode's pointers covers block *index, which becomes relative to it. Returns the
 * levels of indirect blocks in between, or -EFBIG.
 */
static int find_pointer(const struct ext2 *fs, uint64_t *index, unsigned int *first)
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

static uint32_t block_goal(const struct node *n)
{
	uint32_t group = (uint32_t)(n->inode.ino - 1) / n->fs->geometry.inodes_per_group;

	return n->goal ? n->goal : ext2_group_first(n->fs, group);
}

/* Allocates a block for an empty pointer; an indirect block is cleared. */
static int alloc_block(struct node *n, uint32_t *pointer, bool table)
{
	struct buffer b;
	uint32_t block;
	int err = ext2_block_alloc(n->fs, block_goal(n), &block);

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
	int level = find_pointer(fs, &index, &first), err = 0;
	uint32_t *pointer = level < 0 ? NULL : &n->pointers[first];

	*block = 0;
	if (level < 0)
		return make ? level : 0;
	for (;; level--) {
		if (*pointer) {
			err = ext2_block_check(fs, *pointer);
		} else if (make) {
			err = alloc_block(n, pointer, level > 0);
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
			  index / span(fs, (unsigned int)level - 1) % pointers_per_block(fs);
	}
	if (b.page)
		ext2_brelse(&b);
	return err;
}

static int free_block(struct node *n, uint32_t block)
{
	uint32_t sectors = n->fs->block_size / SECTOR_SIZE;

	n->sectors -= MIN(n->sectors, sectors);
	return ext2_block_free(n->fs, block);
}

/*
 * Frees the blocks below a pointer from the `from`-th on. An indirect block is freed before what it
 * points to: so one that points to itself is found free the second time, and not followed.
 */
static int free_tree(struct node *n, uint32_t *pointer, unsigned int level, uint64_t from)
{
	uint32_t block = *pointer;
	struct buffer b;
	int err = 0;

	if (!block)
		return 0;
	if (!from) {
		*pointer = 0;
		err = free_block(n, block);
	} else {
		err = ext2_block_check(n->fs, block);
	}
	if (err || !level)
		return err;
	err = ext2_bread(n->fs, block, &b);
	if (err)
		return err;
	for (uint64_t i = from / span(n->fs, level - 1); i < pointers_per_block(n->fs); i++) {
		uint64_t start = i * span(n->fs, level - 1);
		int failed = free_tree(n, (uint32_t *)b.data + i, level - 1,
				       from > start ? from - start : 0);

		err = err ? err : failed;
	}
	/* Freed otherwise, and no longer to be written. */
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
			int failed = free_tree(n, &n->pointers[i], level,
					       index > start ? index - start : 0);

			err = err ? err : failed;
		}
		start = end;
	}
	n->goal = 0;
	ext2_node_dirty(n);
	return err;
}
