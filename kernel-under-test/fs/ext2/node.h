/*
 * Private to ext2: what it keeps in memory, and what its files say to each other.
 *
 * One lock a file system: whoever changes it, or sleeps while reading it, holds the lock. What is
 * read from the disk is checked where it is used; what can't be is -EUCLEAN, by ext2_error().
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
	/* What holds while it is mounted; counters and state are in the page of the device. */
	struct ext2_super shape;
	struct ext2_super *super;
	struct page *super_page;
	uint32_t block_log, block_size, groups, group_table, first_inode, inode_size;
	bool has_types, complained;
	uint16_t state; /* as it was before this mount */
	/* Nodes: those with references are `live`; the others idle, the longest first, or doomed.
	 */
	struct node *buckets[EXT2_BUCKETS];
	struct list idle, doomed, dirty;
	uint32_t live, nodes;
	struct node *root;
};

struct node {
	struct inode inode;
	struct ext2 *fs;
	struct node *next; /* in its bucket */
	struct list rest;  /* idle or doomed */
	struct list dirty; /* in fs->dirty, when the disk does not know all of it */
	bool changed, fresh;
	uint32_t pointers[EXT2_N_BLOCKS];
	uint32_t sectors, flags, attributes, generation;
	/* Regular files. */
	struct cache cache;
	uint64_t next_read; /* where one who reads on goes on */
	uint32_t goal;	    /* block to look for a free one at; 0: none yet */
	/* While in use: the directory it was found in, with a reference; the root's is NULL. */
	struct node *parent;
	char *name;    /* in there, as long as it has it; NULL: not known */
	uint32_t room; /* the first block that may have room for an entry */
	char *target;  /* symbolic links */
};

static inline struct node *node_of(struct inode *i)
{
	return container_of(i, struct node, inode);
}

static inline struct ext2 *ext2_of(struct volume *v)
{
	return container_of(v, struct ext2, volume);
}

/* ext2.c: the file system as a whole. */

/* Says once what is wrong, has the disk remember it, and may allow no more changes. -EUCLEAN. */
int ext2_error(struct ext2 *fs, const char *what, uint64_t number);
/* Writes what the doomed hold, and all else that is dirty. */
int ext2_sync(struct ext2 *fs);

/* A block of the device in memory, with a reference. */
struct buffer {
	struct page *page;
	void *data;
};

int ext2_bread(struct ext2 *fs, uint32_t block, struct buffer *b);
/* One that was just allocated: cleared. */
int ext2_getblk(struct ext2 *fs, uint32_t block, struct buffer *b);
void ext2_mark_dirty(struct ext2 *fs, struct buffer *b);
static inline void ext2_brelse(struct buffer *b)
{
	page_put(b->page);
}

/* alloc.c: the bitmaps. */

/* The descriptor of a group is in `b`, which is the caller's to put. */
int ext2_group_get(struct ext2 *fs, uint32_t group, struct buffer *b, struct ext2_group **out);
uint32_t ext2_group_first(const struct ext2 *fs, uint32_t group);
uint32_t ext2_group_blocks(const struct ext2 *fs, uint32_t group);
/* 0 if a block that something points to may hold data; else ext2_error(). */
int ext2_block_check(struct ext2 *fs, uint32_t block);
int ext2_block_alloc(struct ext2 *fs, uint32_t goal, uint32_t *out);
/* -EUCLEAN when it is free already. */
int ext2_block_free(struct ext2 *fs, uint32_t block);
int ext2_inode_alloc(struct ext2 *fs, uint32_t near, bool directory, uint32_t *out);
int ext2_inode_free(struct ext2 *fs, uint32_t ino, bool directory);

/* inode.c: nodes. */

int ext2_node_get(struct ext2 *fs, uint32_t ino, struct node **out);
/* A new one, which nothing names yet. */
int ext2_node_make(struct ext2 *fs, struct node *dir, uint32_t mode, struct node **out);
/* It, or its pages, must be written some time. */
void ext2_node_dirty(struct node *n);
/* Its contents were changed, now. */
void ext2_modified(struct node *n);
/* To the device's page. */
int ext2_node_write(struct node *n);
/* Gives up what the doomed hold. */
void ext2_reap(struct ext2 *fs);
/* Frees all, when nobody uses them any more. */
void ext2_node_drop_all(struct ext2 *fs);
/* Of a new symbolic link: what ext2_node_get() does of others. */
int ext2_read_target(struct node *n);

/* map.c: which block of the disk is which of a file. */

/* *block is 0 for a hole, unless `make`. */
int ext2_map(struct node *n, uint64_t index, bool make, uint32_t *block);
/* Frees the blocks from `index` on. */
int ext2_truncate_blocks(struct node *n, uint64_t index);
uint64_t ext2_size_max(const struct ext2 *fs);

/* page.c: pages of regular files. */

static inline uint64_t ext2_pages(uint64_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* The page at `index`, read if need be, with a reference. */
int ext2_page_read(struct node *n, uint64_t index, struct page **out);
/* [at, end) of a page that has blocks was changed. */
void ext2_page_dirty(struct node *n, struct page *p, size_t at, size_t end);
/* Gives [pos, pos + len) blocks: for how many of its bytes there are some, or -errno for none. */
long ext2_make_blocks(struct node *n, uint64_t pos, size_t len);
/* Before there is more to write than memory should hold, it is written. Without the lock. */
void ext2_balance_dirty(struct ext2 *fs);
int ext2_file_write_back(struct node *n);
int ext2_file_sync(struct inode *inode);
extern const struct object_ops ext2_object_ops;

/* file.c: regular files, and what is neither they nor a directory. */
extern const struct inode_ops ext2_file_ops;

/* dir.c: entries. */

struct place {
	struct buffer buffer;
	struct ext2_entry *entry, *before; /* NULL: it is the first of its block */
	uint32_t block;			   /* of the directory */
};

/* -ENOENT, -EUCLEAN, -EIO, -ENOMEM; with 0 the caller puts place->buffer. */
int ext2_entry_find(struct node *dir, const char *name, size_t len, struct place *place);
int ext2_entry_add(struct node *dir, const char *name, size_t len, uint32_t ino, uint32_t mode);
void ext2_entry_remove(struct node *dir, struct place *place);
void ext2_entry_set(struct node *dir, struct place *place, uint32_t ino, uint32_t mode);
/* Whether nothing but the two dots is in it: 0, -ENOTEMPTY, or another -errno. */
int ext2_dir_empty(struct node *dir);
int ext2_dir_init(struct node *dir, uint32_t parent);
int ext2_readdir(struct inode *inode, uint64_t pos, readdir_visit visit, void *ctx);
/* `n` is found in `dir` by that name. */
void ext2_name_remember(struct node *n, struct node *dir, const char *name, size_t len);
/* It lost that one. */
void ext2_name_forget(struct node *n, const struct node *dir, const char *name, size_t len);
size_t ext2_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

/* name.c: operations on names. */
extern const struct inode_ops ext2_dir_ops;
void ext2_changed(struct inode *inode);
void ext2_release(struct object *o);
