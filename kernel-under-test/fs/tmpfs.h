/* The file system that lives in memory. */
#pragma once

#include "fs/inode.h"

/* A new file system: its root directory, with a reference; NULL without memory. */
struct inode *tmpfs_create(void);
