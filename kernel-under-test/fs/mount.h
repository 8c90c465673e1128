/* File systems by name, and where they are mounted. */
#pragma once

#include "fs/inode.h"

/* `create` makes a new root with a reference, or NULL without memory. */
void filesystem_register(const char *name, struct inode *(*create)(void));

/* -ENODEV (no such file system), -EBUSY (something is mounted there), -ENOTDIR, -ENOMEM. */
int mount_at(struct inode *dir, const char *filesystem);

/* Takes away what `root` is the root of. -EINVAL when it is none. */
int mount_remove(struct inode *root);

/* The `i`-th mount: file system and mountpoint; false past the last. */
bool mount_get(size_t i, const char **filesystem, struct inode **mountpoint);
