/* Archives in cpio's `newc` form: what an initrd is. */
#pragma once

#include "fs/inode.h"

/*
 * Unpacks `size` bytes into `root`. -EINVAL when it is no such archive or is cut short, -ENOMEM,
 * or what the file system said. What was unpacked before stays.
 */
int cpio_unpack(struct inode *root, const char *archive, size_t size);
