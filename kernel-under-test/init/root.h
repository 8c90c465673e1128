/* The first root directory: from the initrd, or from a disk. */
#pragma once

#include "arch/boot.h"
#include "fs/inode.h"

/* For the file system of that name: a directory with a node for each device. NULL: no memory. */
struct inode *root_make_devtmpfs(void);

/*
 * What `root=/dev/...` on the command line names, read-only with `ro`; without it what the initrd
 * holds. With /dev filled. Panics when there is no such thing.
 */
struct inode *root_make(const struct boot_info *boot);
