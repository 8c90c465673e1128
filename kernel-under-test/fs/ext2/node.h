/*
 * Private to ext2: its structures in memory, and the interfaces between its files.
 *
 * One mutex for each file system: held by whoever changes it, or sleeps while reading it. What is
 * read from the disk is validated where it is used; inconsistencies end in ext2_error() and
 * -EUCLEAN.
 */
#pragma once

#include "fs/block.h"
#include "fs/cache.h"
#include "fs/ext2/disk.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "fs/volume.h"

#define EXT2_BUCKETS 256

struct node;

struct ext2 {
	struct volume volume;
	struct block_device *device;
	struct mutex lock;
	/* Constant while mounted; the counters and the state live in super_page. */
	struct ext2_super geometry;
	struct ext2_super *super;
	struct page *super_page;
	uint32_t block_log, block_size, groups, group_table, first_inode, inode_size;
	bool has_types, error_reported;
	uint16_t state; /* before this mount */
	/*
	 * In-memory inodes: `live` have references, the others are in `idle` (least recently used
	 * first) or in `doomed` (to be freed).
	 */
	struct node *buckets[EXT2_BUCKETS];
	struct list idle, doomed, dirty;
	uint32_t live, nodes;
	struct node *root;
};

struct node {
	struct inode inode;
	struct ext2 *fs;
	struct node *next; /* hash chain */
	struct list rest;  /* in idle or doomed */
	struct list dirty; /* in fs->dirty while the inode or its pages need writing */
	bool changed, fresh;
	uint32_t pointers[EXT2_N_BLOCKS];
	uint32_t sectors, flags, file_acl, generation;
	/* Regular files. */
	struct cache cache;
	uint64_t next_read; /* page that a sequential reader wants next */
	uint32_t goal;	    /* where to look for a free block; 0: unset */
	/* While in use: the directory it was found in, with a reference; NULL for the root. */
	struct node *parent;
	char *name;    /* its name there; NULL: unknown */
	uint32_t room; /* first block that may have space for an entry */
	char *target;  /* of a symbolic link */
};

static inline struct node *node_of(struct inode *i)
{
	return container_of(i, struct node, inode);
}

static inline struct ext2 *ext2_of(struct volume *v)
{
	return container_of(v, struct ext2, volume);
}

/* super.c: the file system as a whole. */

/*
 * Reports an inconsistency (once), marks the file system as having errors, and may make it
 * read-only. -EUCLEAN.
 */
int ext2_error(struct ext2 *fs, const char *what, uint64_t number);
/* Writes back everything dirty, and frees doomed inodes. */
int ext2_sync(struct ext2 *fs);

/* A block of the device in memory, with a reference on its page. */
struct buffer {
	struct page *page;
	void *data;
};

int ext2_bread(struct ext2 *fs, uint32_t block, struct buffer *b);
/* A newly allocated block: cleared. */
int ext2_getblk(struct ext2 *fs, uint32_t block, struct buffer *b);
void ext2_mark_dirty(struct ext2 *fs, struct buffer *b);
static inline void ext2_brelse(struct buffer *b)
{
	page_put(b->page);
}

/* alloc.c: bitmaps. */

/* The descriptor of a group; it lies in `b`, which the caller releases. */
int ext2_group_get(struct ext2 *fs, uint32_t group, struct buffer *b, struct ext2_group **out);
uint32_t ext2_group_first(const struct ext2 *fs, uint32_t group);
uint32_t ext2_group_blocks(const struct ext2 *fs, uint32_t group);
/* 0 if the block may hold data; else ext2_error(). */
int ext2_block_check(struct ext2 *fs, uint32_t block);
int ext2_block_alloc(struct ext2 *fs, uint32_t goal, uint32_t *out);
/* -EUCLEAN: it is free already. */
int ext2_block_free(struct ext2 *fs, uint32_t block);
int ext2_inode_alloc(struct ext2 *fs, uint32_t near, bool directory, uint32_t *out);
int ext2_inode_free(struct ext2 *fs, uint32_t ino, bool directory);

/* inode.c: inodes in memory. */

int ext2_node_get(struct ext2 *fs, uint32_t ino, struct node **out);
/* A newly allocated inode, without links. */
int ext2_node_make(struct ext2 *fs, struct node *dir, uint32_t mode, struct node **out);
/* The inode or its pages need writing. */
void ext2_node_dirty(struct node *n);
/* The contents were changed just now. */
void ext2_modified(struct node *n);
/* Writes the inode into its page of the device. */
int ext2_node_write(struct node *n);
/* Frees the doomed inodes and what they hold. */
void ext2_reap(struct ext2 *fs);
/* Frees all inodes, which must be unused. */
void ext2_node_drop_all(struct ext2 *fs);
/* Caches the target of a new symbolic link, as ext2_node_get() does when reading one. */
int ext2_read_target(struct node *n);

/* map.c: from file blocks to disk blocks. */

/* *block is 0 for a hole, which `make` fills. */
int ext2_map(struct node *n, uint64_t index, bool make, uint32_t *block);
/* Frees all blocks from `index` on. */
int ext2_truncate_blocks(struct node *n, uint64_t index);
uint64_t ext2_size_max(const struct ext2 *fs);

/* page.c: the page cache of regular files. */

static inline uint64_t ext2_pages(uint64_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* The page at `index`, read if necessary, with a reference. */
int ext2_page_read(struct node *n, uint64_t index, struct page **out);
/* Bytes [at, end) of a page with allocated blocks were changed. */
void ext2_page_dirty(struct node *n, struct page *p, size_t at, size_t end);
/* Allocates blocks for [pos, pos + len): for how many bytes that succeeded, or -errno for none. */
long ext2_make_blocks(struct node *n, uint64_t pos, size_t len);
/* Writes back when too many pages are dirty. Without fs->lock. */
void ext2_balance_dirty(struct ext2 *fs);
int ext2_file_write_back(struct node *n);
int ext2_file_sync(struct inode *inode);
extern const struct object_ops ext2_object_ops;

/* file.c: regular files; also symbolic links and special files. */
extern const struct inode_ops ext2_file_ops;

/* dir.c: directory entries. */

struct slot {
	struct buffer buffer;
	struct ext2_entry *entry, *before; /* NULL: first of its block */
	uint32_t block;			   /* index within the directory */
};

/* -ENOENT, -EUCLEAN, -EIO, -ENOMEM; on success the caller releases place->buffer. */
int ext2_entry_find(struct node *dir, const char *name, size_t len, struct slot *slot);
int ext2_entry_add(struct node *dir, const char *name, size_t len, uint32_t ino, uint32_t mode);
void ext2_entry_remove(struct node *dir, struct slot *slot);
void ext2_entry_set(struct node *dir, struct slot *slot, uint32_t ino, uint32_t mode);
/* 0 if only `.` and `..` are left, -ENOTEMPTY, or another -errno. */
int ext2_dir_empty(struct node *dir);
int ext2_dir_init(struct node *dir, uint32_t parent);
int ext2_readdir(struct inode *inode, uint64_t pos, readdir_visit visit, void *ctx);
/* Caches under which name `n` was found in `dir`. */
void ext2_name_remember(struct node *n, struct node *dir, const char *name, size_t len);
/* Drops that, if it is the cached name. */
void ext2_name_forget(struct node *n, const struct node *dir, const char *name, size_t len);
size_t ext2_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

/* name.c: operations on names. */
extern const struct inode_ops ext2_dir_ops;
void ext2_changed(struct inode *inode);
void ext2_release(struct object *o);
