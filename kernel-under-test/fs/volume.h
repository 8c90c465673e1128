/* File systems that have a device behind them: what the inodes of one share. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

struct inode;
struct volume;

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
	/* Writes and frees everything; the root's last reference comes with the call. */
	void (*unmount)(struct volume *v);
};

struct volume {
	const struct volume_ops *ops;
	uint64_t number; /* of the device */
	bool read_only;
	struct list all;
};

/* What the real clock showed at boot, in nanoseconds since 1970: for what keeps times on a disk. */
extern uint64_t volume_epoch_ns;

void volume_add(struct volume *v);
void volume_remove(struct volume *v);

/* Writes everything that is dirty anywhere. */
void volume_sync_all(void);
/* The same, and says on the disks that they were left in order: the machine goes down. */
void volume_shut_down(void);
