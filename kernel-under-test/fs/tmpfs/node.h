/* Private to tmpfs: its inodes and directory entries. */
#pragma once

#include "fs/inode.h"
#include "fs/uio.h"
#include "lib/list.h"
#include "mm/store.h"

struct dentry {
	struct list order;   /* in node.entries, oldest first */
	struct dentry *next; /* hash chain */
	struct inode *inode; /* with a reference */
	uint64_t pos;	     /* directory offset, ascending */
	uint32_t hash;
	uint16_t len;
	char name[];
};

struct node {
	struct inode inode;
	/* Regular files. */
	struct store pages;
	/* Symbolic links. */
	char *target;
	/*
	 * The directory that holds `named`. A linked directory's parent cannot go away; an unlinked
	 * one (`links` is 0) holds a reference on it.
	 */
	struct node *parent;
	/* The most recent name, or NULL once that is removed. */
	struct dentry *dentry;
	/* Directories. */
	struct list entries;
	struct dentry **buckets;
	uint32_t bucket_count; /* a power of two, or 0 */
	uint32_t entry_count;
	/* offset given last; in files: the walk of tmpfs_in_use() that met it last */
	uint64_t last_pos;
	/* Where the last readdir stopped and the next is likely to go on, or NULL. */
	struct dentry *readdir_hint;
};

static inline struct node *node_of(struct inode *i)
{
	return container_of(i, struct node, inode);
}

/* Explicitly set times hold until the contents change. */
static inline void tmpfs_modified(struct inode *i, uint64_t now)
{
	i->changed_ns = now;
	i->modified.nsec_plus1 = i->modified.atime_day = 0;
}

/* Operations on files, with the kernel lock. */
long tmpfs_read(struct inode *inode, uint64_t pos, struct uio *u);
long tmpfs_write(struct inode *inode, uint64_t pos, struct uio *u);
int tmpfs_truncate(struct inode *inode, uint64_t size);
int tmpfs_allocate(struct inode *inode, uint64_t pos, uint64_t len, bool keep, bool clear);
uint64_t tmpfs_seek_hole(struct inode *inode, uint64_t pos, bool hole);
const char *tmpfs_target(struct inode *inode);

/* O_TMPFILE in `dir`. 0, -ENOENT, -ENOSPC. */
int tmpfs_tmpfile(struct inode *dir, uint32_t mode, struct inode **out);

/* With one reference and no links. NULL: no memory. */
struct node *tmpfs_node_make(uint32_t mode, uint64_t device);

/* Removes everything below a root that goes away. */
void tmpfs_unlink_all(struct node *root);

/* list.c: of directories. */
int tmpfs_readdir(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx);
struct inode *tmpfs_parent(struct inode *dir);
struct inode *tmpfs_peek_parent(struct inode *dir);
bool tmpfs_in_use(struct inode *root);
/* Of any inode. */
size_t tmpfs_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

extern const struct inode_ops tmpfs_dir_ops;
