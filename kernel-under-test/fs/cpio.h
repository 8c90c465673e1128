/* cpio archives in `newc` format: the initrd. */
#pragma once

#include "fs/inode.h"

/*
 * Unpacks `size` bytes into `root`. -EINVAL: no such archive, or a truncated one; -ENOMEM, or the
 * file system's error. What was unpacked before an error stays.
 */
int cpio_unpack(struct inode *root, const char *archive, size_t size);
