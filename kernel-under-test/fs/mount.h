/* Registered file systems, and the mount table. */
#pragma once

#include "fs/inode.h"
#include "fs/volume.h"
#include "sched/wait.h"

struct block_device;

/* A mount flag beside VOLUME_*. */
#define MOUNT_READ_ONLY 1

/* A file system in memory. `create` returns a new root with a reference; NULL: no memory. */
void filesystem_register(const char *name, struct inode *(*create)(void));
/*
 * A file system on a block device. `mount`: 0, -EINVAL (the device holds no such file system), or
 * another -errno.
 */
void filesystem_register_disk(const char *name, int (*mount)(struct block_device *device,
							     bool read_only, struct inode **root));

/* The `i`-th file system: its name, and whether it needs a device. False past the last. */
bool filesystem_get(size_t i, const char **name, bool *disk);

/* Whether the file system of this name needs a device. */
bool filesystem_needs_device(const char *name);

/*
 * Mounts on `dir`. `source` may be NULL for a file system in memory. -ENODEV: unknown file system;
 * -EBUSY: something is mounted there; -ENOTDIR; -ENOTBLK: a device is needed; -ENOMEM, or the file
 * system's error.
 */
int mount_at(struct inode *dir, const char *filesystem, struct block_device *source,
	     unsigned int flags);

/* Changes the flags of the mount whose root is `root` (MS_REMOUNT). 0, -EINVAL, or -errno. */
int mount_remount(struct inode *root, unsigned int flags);

/*
 * Unmounts the file system whose root is `root`; on success drops the caller's reference as well.
 * -EINVAL, -EBUSY. `detach`: even while it is in use, and it ends once it no longer is
 * (MNT_DETACH).
 */
int mount_remove(struct inode *root, bool detach);

/* Moves a mount to `dir` (MS_MOVE). -EINVAL, -ELOOP, -ENOTDIR, -EBUSY. */
int mount_move(struct inode *root, struct inode *dir);

/* The number of changes to the mount table, and who waits for the next (poll on /proc/mounts). */
extern uint32_t mount_changes;
extern struct wait_queue mount_watchers;

/* The mounted volume of that device number, or NULL. */
struct volume *mount_volume(uint64_t number);

/* The `i`-th mount: its file system's name and its mountpoint. False past the last. */
bool mount_get(size_t i, const char **filesystem, struct inode **mountpoint);
