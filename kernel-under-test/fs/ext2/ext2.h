/* ext2, revisions 0 and 1. See docs/bantam/disk.md. */
#pragma once

#include "fs/block.h"
#include "fs/inode.h"

/*
 * Mounts the file system on `device`: its root, with a reference. -EINVAL: no ext2, or unknown
 * features; -EUCLEAN: inconsistent; -EROFS: the device is read-only; -EIO, -ENOMEM.
 */
int ext2_mount(struct block_device *device, bool read_only, struct inode **root);
