/* Private to tmpfs: what it keeps for each inode. */
#pragma once

#include "fs/inode.h"
#include "fs/uio.h"
#include "lib/list.h"
#include "mm/store.h"

struct dentry {
	struct list order;   /* in node.entries, oldest first */
	struct dentry *next; /* in its hash bucket */
	struct inode *inode; /* with a reference */
	uint64_t pos;	     /* what getdents calls it; ascending */
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
	 * The directory that `named` is in. A directory's can't go while that is linked; once it is
	 * not (`links` is 0), it has a reference.
	 */
	struct node *parent;
	/* The name it got last, or NULL when that is gone. */
	struct dentry *named;
	/* Directories. */
	struct list entries;
	struct dentry **buckets;
	uint32_t bucket_count; /* a power of two, or 0 */
	uint32_t entry_count;
	uint64_t last_pos; /* of others: the walk of tmpfs_in_use() that met it last */
	/* Where the last listing stopped, and the next is likely to go on; or NULL. */
	struct dentry *listed;
};

static inline struct node *node_of(struct inode *i)
{
	return container_of(i, struct node, inode);
}

/* What was set by hand holds until the contents change. */
static inline void tmpfs_modified(struct inode *i, uint64_t now)
{
	i->changed_ns = now;
	i->modified.kept = i->modified.seen = 0;
}

/* What files do, with the kernel lock. */
long tmpfs_read(struct inode *inode, uint64_t pos, struct uio *u);
long tmpfs_write(struct inode *inode, uint64_t pos, struct uio *u);
int tmpfs_truncate(struct inode *inode, uint64_t size);
int tmpfs_allocate(struct inode *inode, uint64_t pos, uint64_t len, bool keep, bool clear);
uint64_t tmpfs_seek_hole(struct inode *inode, uint64_t pos, bool hole);
const char *tmpfs_target(struct inode *inode);

/* A file in `dir` that has no name. 0, -ENOENT, -ENOSPC. */
int tmpfs_tmpfile(struct inode *dir, uint32_t mode, struct inode **out);

/* One reference, no links yet; NULL without memory. */
struct node *tmpfs_node_make(uint32_t mode, uint64_t device);

/* Takes all names below away, before the root of a file system goes. */
void tmpfs_unlink_all(struct node *root);

/* Of directories, in list.c. */
int tmpfs_readdir(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx);
struct inode *tmpfs_parent(struct inode *dir);
struct inode *tmpfs_peek_parent(struct inode *dir);
bool tmpfs_in_use(struct inode *root);
/* Of anything. */
size_t tmpfs_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

extern const struct inode_ops tmpfs_dir_ops;
