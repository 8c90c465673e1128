/* ext2 directories: linked lists of variable-length entries. */
#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

static const uint8_t type_codes[] = {
	[S_IFREG >> 12] = 1, [S_IFDIR >> 12] = 2,  [S_IFCHR >> 12] = 3, [S_IFBLK >> 12] = 4,
	[S_IFIFO >> 12] = 5, [S_IFSOCK >> 12] = 6, [S_IFLNK >> 12] = 7,
};

static uint32_t mode_of_code(uint8_t code)
{
	for (uint32_t t = 0; code && t < ARRAY_SIZE(type_codes); t++)
		if (type_codes[t] == code)
			return t << 12;
	return 0;
}

static uint32_t blocks_of(const struct node *dir)
{
	return (uint32_t)(dir->inode.size >> dir->fs->block_log);
}

static int block_get(struct node *dir, uint32_t index, struct buffer *b)
{
	uint32_t block;
	int err = ext2_map(dir, index, false, &block);

	if (!err && !block)
		err = ext2_error(dir->fs, "a directory has a hole", dir->inode.ino);
	return err ? err : ext2_bread(dir->fs, block, b);
}

/*
 * The entry at `at`, checked: entry and name lie within the block. NULL: ext2_error() was called.
 */
static struct ext2_entry *entry_at(struct node *dir, const struct buffer *b, uint32_t at)
{
	struct ext2 *fs = dir->fs;
	struct ext2_entry *e = (void *)((char *)b->data + at);
	/*
	 * The rest of the block may be too short for a header, whose fields must then not be read.
	 */
	bool fits = fs->block_size - at >= EXT2_ENTRY_SIZE(1);

	if (fits && e->size >= EXT2_ENTRY_SIZE(1) && IS_ALIGNED(e->size, 4) &&
	    e->size <= fs->block_size - at && e->name_len + sizeof(*e) <= e->size &&
	    e->ino <= fs->geometry.inodes && (e->name_len || !e->ino))
		return e;
	ext2_error(fs, "a directory has an entry that makes no sense", dir->inode.ino);
	return NULL;
}

static bool is_named(const struct ext2_entry *e, const char *name, size_t len)
{
	return e->ino && e->name_len == len && memcmp(e->name, name, len) == 0;
}

int ext2_entry_find(struct node *dir, const char *name, size_t len, struct slot *slot)
{
	uint32_t size = dir->fs->block_size;

	for (slot->block = 0; slot->block < blocks_of(dir); slot->block++) {
		int err = block_get(dir, slot->block, &slot->buffer);
		struct ext2_entry *e;

		if (err)
			return err;
		slot->before = NULL;
		for (uint32_t at = 0; at < size; at += e->size, slot->before = e) {
			e = entry_at(dir, &slot->buffer, at);
			if (!e) {
				ext2_brelse(&slot->buffer);
				return -EUCLEAN;
			}
			slot->entry = e;
			if (is_named(e, name, len))
				return 0;
		}
		ext2_brelse(&slot->buffer);
	}
	return -ENOENT;
}

static void dir_changed(struct node *dir)
{
	/*
	 * The hash tree over the entries is stale now: without the flag other systems read the
	 * list.
	 */
	dir->flags &= ~(uint32_t)EXT2_FLAG_INDEX;
	ext2_modified(dir);
}

static void write_entry(const struct ext2 *fs, struct ext2_entry *e, const char *name, size_t len,
			uint32_t ino, uint32_t mode)
{
	e->ino = ino;
	e->name_len = (uint8_t)len;
	e->type = fs->has_types ? type_codes[(mode & S_IFMT) >> 12] : 0;
	memcpy(e->name, name, len);
}

/* Space for an entry of `need` bytes in a block, split off; NULL with *err 0: none. */
static struct ext2_entry *find_space(struct node *dir, const struct buffer *b, size_t need,
				     int *err)
{
	struct ext2_entry *e, *rest;

	*err = -EUCLEAN;
	for (uint32_t at = 0; at < dir->fs->block_size; at += e->size) {
		size_t used;

		e = entry_at(dir, b, at);
		if (!e)
			return NULL;
		used = e->ino ? EXT2_ENTRY_SIZE(e->name_len) : 0;
		if (e->size < used + need)
			continue;
		*err = 0;
		if (!used)
			return e;
		rest = (void *)((char *)e + used);
		rest->size = (uint16_t)(e->size - used);
		e->size = (uint16_t)used;
		return rest;
	}
	*err = 0;
	return NULL;
}

/* Appends a block that is one free entry. */
static int append_block(struct node *dir, struct buffer *b)
{
	struct ext2 *fs = dir->fs;
	uint32_t block;
	int err = dir->inode.size >= INT32_MAX ? -ENOSPC
					       : ext2_map(dir, blocks_of(dir), true, &block);

	if (!err)
		err = ext2_getblk(fs, block, b);
	if (err) {
		ext2_truncate_blocks(dir, blocks_of(dir));
		return err;
	}
	((struct ext2_entry *)b->data)->size = (uint16_t)fs->block_size;
	dir->inode.size += fs->block_size;
	ext2_node_dirty(dir);
	return 0;
}

int ext2_entry_add(struct node *dir, const char *name, size_t len, uint32_t ino, uint32_t mode)
{
	struct ext2_entry *e = NULL;
	struct buffer b;
	int err = 0;

	for (uint32_t i = dir->room; !e; i++) {
		bool more = i >= blocks_of(dir);

		err = more ? append_block(dir, &b) : block_get(dir, i, &b);
		if (err)
			return err;
		e = find_space(dir, &b, EXT2_ENTRY_SIZE(len), &err);
		if (!e)
			ext2_brelse(&b);
		if (err)
			return err;
		dir->room = i;
	}
	write_entry(dir->fs, e, name, len, ino, mode);
	ext2_mark_dirty(dir->fs, &b);
	ext2_brelse(&b);
	dir_changed(dir);
	return 0;
}

void ext2_entry_remove(struct node *dir, struct slot *slot)
{
	if (slot->before)
		slot->before->size = (uint16_t)(slot->before->size + slot->entry->size);
	else
		slot->entry->ino = 0;
	dir->room = MIN(dir->room, slot->block);
	ext2_mark_dirty(dir->fs, &slot->buffer);
	dir_changed(dir);
}

void ext2_entry_set(struct node *dir, struct slot *slot, uint32_t ino, uint32_t mode)
{
	slot->entry->ino = ino;
	slot->entry->type = dir->fs->has_types ? type_codes[(mode & S_IFMT) >> 12] : 0;
	ext2_mark_dirty(dir->fs, &slot->buffer);
	dir_changed(dir);
}

static bool is_dots(const struct ext2_entry *e)
{
	return e->name[0] == '.' && (e->name_len == 1 || (e->name_len == 2 && e->name[1] == '.'));
}

int ext2_dir_empty(struct node *dir)
{
	for (uint32_t i = 0; i < blocks_of(dir); i++) {
		struct ext2_entry *e;
		struct buffer b;
		int err = block_get(dir, i, &b);

		if (err)
			return err;
		for (uint32_t at = 0; at < dir->fs->block_size && !err; at += e->size) {
			e = entry_at(dir, &b, at);
			if (!e)
				err = -EUCLEAN;
			else if (e->ino && !is_dots(e))
				err = -ENOTEMPTY;
			if (!e)
				break;
		}
		ext2_brelse(&b);
		if (err)
			return err;
	}
	return 0;
}

int ext2_dir_init(struct node *dir, uint32_t parent)
{
	struct ext2_entry *dot, *up;
	struct buffer b;
	int err = append_block(dir, &b);

	if (err)
		return err;
	dot = b.data;
	write_entry(dir->fs, dot, ".", 1, (uint32_t)dir->inode.ino, S_IFDIR);
	dot->size = (uint16_t)EXT2_ENTRY_SIZE(1);
	up = (void *)((char *)dot + dot->size);
	write_entry(dir->fs, up, "..", 2, parent, S_IFDIR);
	up->size = (uint16_t)(dir->fs->block_size - dot->size);
	ext2_mark_dirty(dir->fs, &b);
	ext2_brelse(&b);
	return 0;
}

/* Visits the entries of one block from offset `from` on. */
static int readdir_block(struct node *dir, uint32_t index, uint32_t from, readdir_visit visit,
			 void *ctx, bool *more)
{
	uint64_t start = (uint64_t)index << dir->fs->block_log;
	struct ext2_entry *e;
	struct buffer b;
	int err = block_get(dir, index, &b);

	if (err)
		return err;
	for (uint32_t at = 0; at < dir->fs->block_size && *more; at += e->size) {
		e = entry_at(dir, &b, at);
		if (!e) {
			err = -EUCLEAN;
			break;
		}
		if (at >= from && e->ino)
			*more = visit(ctx, e->name, e->name_len, e->ino,
				      dir->fs->has_types ? mode_of_code(e->type) : 0,
				      start + at + e->size);
	}
	ext2_brelse(&b);
	return err;
}

int ext2_readdir(struct inode *inode, uint64_t pos, readdir_visit visit, void *ctx)
{
	struct node *dir = node_of(inode);
	uint32_t size = dir->fs->block_size;
	bool more = true;
	int err = 0;

	MUTEX_SCOPE(&dir->fs->lock);
	while (pos < inode->size && more && !err) {
		err = readdir_block(dir, (uint32_t)(pos / size), pos % size, visit, ctx, &more);
		pos = ALIGN_DOWN(pos, (uint64_t)size) + size;
	}
	return err;
}

static bool has_cached_name(const struct node *n, const struct node *dir, const char *name,
			    size_t len)
{
	return n->parent == dir && n->name && strlen(n->name) == len &&
	       memcmp(n->name, name, len) == 0;
}

void ext2_name_remember(struct node *n, struct node *dir, const char *name, size_t len)
{
	struct node *before = n->parent;

	if (has_cached_name(n, dir, name, len))
		return;
	n->parent = node_of(inode_get(&dir->inode));
	if (before)
		inode_put(&before->inode);
	kmem_free(n->name);
	n->name = kmem_zalloc(len + 1);
	if (n->name)
		memcpy(n->name, name, len);
}

void ext2_name_forget(struct node *n, const struct node *dir, const char *name, size_t len)
{
	if (!has_cached_name(n, dir, name, len))
		return;
	kmem_free(n->name);
	n->name = NULL;
}

size_t ext2_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX])
{
	struct node *n = node_of(inode);
	size_t len = n->name && n->parent ? strlen(n->name) : 0;

	if (len) {
		memcpy(name, n->name, len);
		*dir = inode_get(&n->parent->inode);
	}
	return len;
}
