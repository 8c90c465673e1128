/* The second extended file system, revisions 0 and 1. docs/bantam/disk.md says what is kept how. */
#pragma once

#include "fs/block.h"
#include "fs/inode.h"

/*
 * The root of what is on `device`, with a reference. -EINVAL: it is no ext2, or one with features
 * that are not known; -EUCLEAN: it contradicts itself; -EROFS: a read-only device; -EIO, -ENOMEM.
 */
int ext2_mount(struct block_device *device, bool read_only, struct inode **root);
