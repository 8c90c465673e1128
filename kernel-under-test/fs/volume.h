/* What the inodes of one mounted file system share. */
#pragma once

#include "fs/inode.h"

#include "arch/time.h"
#include "lib/list.h"
#include "lib/types.h"

/* Numbered as mount() and statfs() have them. */
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
	/* What was changed is on the disk when it returns. 0, -EIO, -ENOSPC. */
	int (*sync)(struct volume *v);
	int (*sync_inode)(struct inode *inode);
	/* Changes are not allowed any more, or again. -EROFS: they can't be. */
	int (*set_read_only)(struct volume *v, bool on);
	/* Whether anything but the root is in use. */
	bool (*is_busy)(struct volume *v);
	/* Writes and frees everything; a reference on the root comes with the call. */
	void (*unmount)(struct volume *v, struct inode *root);
};

struct volume {
	const struct volume_ops *ops;
	uint64_t number; /* of the device, or one that no device has */
	uint64_t magic;	 /* of a file system in memory */
	uint32_t flags;	 /* VOLUME_* */
	bool read_only;
	bool made;	 /* by volume_alloc_memory() */
	uint32_t refs;	 /* of one in memory, by its inodes: one that has no name may outlive all */
	struct list all; /* of those on disks */
};

/* Of one in memory; `v` may be NULL. */
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

/* A VOLUME_* holds where the inode is. */
static inline bool inode_forbids(const struct inode *i, uint32_t flag)
{
	return unlikely(i->volume) && (i->volume->flags & flag);
}

/* Makes `v` the volume of a file system in memory, with a number of its own. It stays the caller's.
 */
void volume_init_memory(struct volume *v, uint64_t magic);
/* Another, freed with the last reference; NULL without memory. */
struct volume *volume_alloc_memory(uint64_t magic);
/* What statfs tells of a file system in memory, of this type: all of memory is its. */
void volume_stat_memory(uint64_t type, struct volume_stat *out);

/* What the real clock showed at boot, in nanoseconds since 1970: for what keeps times on a disk. */
extern uint64_t volume_epoch_ns;

static inline uint64_t volume_now_ns(void)
{
	return volume_epoch_ns + arch_time_ns();
}

void volume_add(struct volume *v);
void volume_remove(struct volume *v);

/* Writes everything that is dirty anywhere. */
void volume_sync_all(void);
/* The same, and says on the disks that they were left in order: the machine goes down. */
void volume_shut_down(void);
