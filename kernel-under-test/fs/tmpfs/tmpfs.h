/* tmpfs: the file system in memory. */
#pragma once

#include "fs/inode.h"

/* A new root directory, with a reference. NULL: no memory. */
struct inode *tmpfs_create(void);
/* The same with a volume of its own, to be mounted. */
struct inode *tmpfs_create_volume(void);

/*
 * A file without a name (memfd_create), with a reference. NULL: no memory. `sealable`: seals may be
 * added.
 */
struct inode *tmpfs_file(uint32_t mode, bool sealable);
/* Whether it is a regular file on a tmpfs. */
bool tmpfs_is_file(const struct inode *inode);

#define SEAL_SEAL	  1u
#define SEAL_SHRINK	  2u
#define SEAL_GROW	  4u
#define SEAL_WRITE	  8u
#define SEAL_FUTURE_WRITE 16u
#define SEALS_ALL	  31u

/* Adds seals, for good. -EPERM: sealed against that. */
int tmpfs_seal(struct inode *inode, uint32_t seals);

/* Whether it is on a tmpfs, and so supports extended attributes (fs/xattr.h). */
bool tmpfs_is(const struct inode *inode);
