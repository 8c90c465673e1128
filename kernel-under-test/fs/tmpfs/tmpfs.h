/* The file system that lives in memory. */
#pragma once

#include "fs/inode.h"

/* A new file system: its root directory, with a reference; NULL without memory. */
struct inode *tmpfs_create(void);
/* The same, to be mounted: with a volume of its own. */
struct inode *tmpfs_create_volume(void);

/* A file without a name, with a reference; NULL without memory. `sealable`: see tmpfs_seal(). */
struct inode *tmpfs_file(uint32_t mode, bool sealable);
/* Of a tmpfs's directory: one for its file system, as create() would make it. */
bool tmpfs_is_file(const struct inode *inode);

#define SEAL_SEAL	  1u
#define SEAL_SHRINK	  2u
#define SEAL_GROW	  4u
#define SEAL_WRITE	  8u
#define SEAL_FUTURE_WRITE 16u
#define SEALS_ALL	  31u

/* Forbids what `seals` say, for good. -EPERM when that is forbidden. */
int tmpfs_seal(struct inode *inode, uint32_t seals);

/* Whether it can have extended attributes (fs/xattr.h). */
bool tmpfs_is(const struct inode *inode);
