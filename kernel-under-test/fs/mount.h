/* File systems by name, and where they are mounted. */
#pragma once

#include "fs/inode.h"
#include "fs/volume.h"
#include "sched/wait.h"

struct block_device;

/* With VOLUME_*: flags of a mount. */
#define MOUNT_READ_ONLY 1

/* `create` makes a new root with a reference, or NULL without memory. */
void filesystem_register(const char *name, struct inode *(*create)(void));
/* The same for what is on a disk: 0, -EINVAL (it is not this file system), or another -errno. */
void filesystem_register_disk(const char *name, int (*mount)(struct block_device *device,
							     bool read_only, struct inode **root));

/* The `i`-th file system: its name, and whether it wants a device; false past the last. */
bool filesystem_get(size_t i, const char **name, bool *disk);

/* Whether a file system of this name wants a device. */
bool filesystem_needs_device(const char *name);

/*
 * `source` may be NULL for a file system in memory. -ENODEV (no such file system), -EBUSY
 * (something is mounted there), -ENOTDIR, -ENOTBLK (it wants a device), -ENOMEM, and what the file
 * system says.
 */
int mount_at(struct inode *dir, const char *filesystem, struct block_device *source,
	     unsigned int flags);

/* Changes the flags of what `root` is the root of. */
int mount_remount(struct inode *root, unsigned int flags);

/*
 * Takes away what `root` is the root of; then the caller's reference goes too. -EINVAL, -EBUSY.
 * `detach`: also while it is in use; it ends some time after that.
 */
int mount_remove(struct inode *root, bool detach);

/* What `root` is the root of lies on `dir` from now on. -EINVAL, -ELOOP, -ENOTDIR, -EBUSY. */
int mount_move(struct inode *root, struct inode *dir);

/* How often something was mounted, moved or unmounted, and who waits for the next time. */
extern uint32_t mount_changes;
extern struct wait_queue mount_watchers;

/* The mounted volume of that number, or NULL. */
struct volume *mount_volume(uint64_t number);

/* The `i`-th mount: file system and mountpoint; false past the last. */
bool mount_get(size_t i, const char **filesystem, struct inode **mountpoint);
