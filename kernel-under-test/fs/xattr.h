/* Extended attributes of in-memory files: name and value pairs. */
#pragma once

#include "fs/inode.h"

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536

#define XATTR_CREATE  1
#define XATTR_REPLACE 2

/* -EEXIST and -ENODATA as `flags` ask; -ENOSPC, -ENOMEM. */
int xattr_set(struct inode *inode, const char *name, const void *value, size_t size, int flags);
/* The value, which stays owned by the inode; NULL: not set. */
const void *xattr_get(const struct inode *inode, const char *name, size_t *size);
int xattr_remove(struct inode *inode, const char *name);
/* The name of the `i`-th attribute, or NULL. */
const char *xattr_name(const struct inode *inode, size_t i);
void xattr_free_all(struct inode *inode);
