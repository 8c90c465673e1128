/* A mounted file system: what its inodes share. (Linux: struct super_block.) */
#pragma once

#include "fs/inode.h"

#include "arch/time.h"
#include "lib/list.h"
#include "lib/types.h"

/* Numbered as in mount() and statfs(). */
#define VOLUME_NOSUID	   2
#define VOLUME_NODEV	   4
#define VOLUME_NOEXEC	   8
#define VOLUME_NOSYMFOLLOW 256
#define VOLUME_NOATIME	   1024
#define VOLUME_NODIRATIME  2048
#define VOLUME_STRICTATIME (1 << 24)
#define VOLUME_ATIME	   (VOLUME_NOATIME | VOLUME_NODIRATIME | VOLUME_STRICTATIME)
#define VOLUME_FLAGS                                                                               \
	(VOLUME_NOSUID | VOLUME_NODEV | VOLUME_NOEXEC | VOLUME_NOSYMFOLLOW | VOLUME_ATIME)

struct volume_stat {
	uint64_t type, block_size, blocks, free, available, files, files_free;
};

struct volume_ops {
	void (*stat)(struct volume *v, struct volume_stat *out);
	/* Make all changes durable. 0, -EIO, -ENOSPC. */
	int (*sync)(struct volume *v);
	int (*sync_inode)(struct inode *inode);
	/* -EROFS: it cannot become writable. */
	int (*set_read_only)(struct volume *v, bool on);
	/* Whether any inode but the root is in use. */
	bool (*is_busy)(struct volume *v);
	/* Writes everything back and frees it; takes over the caller's reference on the root. */
	void (*unmount)(struct volume *v, struct inode *root);
};

struct volume {
	const struct volume_ops *ops;
	uint64_t number; /* the block device's, or an anonymous one */
	uint64_t magic;	 /* in-memory file systems: f_type of statfs() */
	uint32_t flags;	 /* VOLUME_* */
	bool read_only;
	bool made; /* allocated by volume_alloc_memory() */
	/* in-memory file systems: the inodes, since an unlinked one may outlive the mount */
	uint32_t refs;
	struct list all; /* on-disk file systems only */
};

/* For in-memory file systems; `v` may be NULL. */
static inline struct volume *volume_get(struct volume *v)
{
	if (unlikely(v))
		v->refs++;
	return v;
}

void volume_put(struct volume *v);

static inline bool inode_read_only(const struct inode *i)
{
	return unlikely(i->volume) && i->volume->read_only;
}

/* Whether the inode's mount has that VOLUME_* flag. */
static inline bool inode_forbids(const struct inode *i, uint32_t flag)
{
	return unlikely(i->volume) && (i->volume->flags & flag);
}

/*
 * Initializes the volume of an in-memory file system, with an anonymous device number. The caller
 * owns the memory.
 */
void volume_init_memory(struct volume *v, uint64_t magic);
/* The same, allocated; freed with its last reference. NULL: no memory. */
struct volume *volume_alloc_memory(uint64_t magic);
/* statfs() of an in-memory file system of that type, which may use all of memory. */
void volume_stat_memory(uint64_t type, struct volume_stat *out);

/* The wall clock at boot, in ns since the epoch: for file times. */
extern uint64_t volume_epoch_ns;

static inline uint64_t volume_now_ns(void)
{
	return volume_epoch_ns + arch_time_ns();
}

void volume_add(struct volume *v);
void volume_remove(struct volume *v);

/* Writes back all dirty data of all file systems and block devices. */
void volume_sync_all(void);
/* The same, and marks on-disk file systems clean: for shutdown. */
void volume_shut_down(void);
