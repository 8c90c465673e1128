/* The initial root directory, from the initrd or from a disk. */
#pragma once

#include "arch/boot.h"
#include "fs/inode.h"

/* Creates a devtmpfs: a directory with a node for each device. NULL if out of memory. */
struct inode *root_make_devtmpfs(void);

/*
 * Mounts what `root=/dev/...` names, read-only with `ro`; otherwise unpacks the initrd. Sets up
 * /dev. Panics on failure.
 */
struct inode *root_make(const struct boot_info *boot);
