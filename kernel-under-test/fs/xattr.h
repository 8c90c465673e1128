/* Extended attributes of files in memory: values by name. */
#pragma once

#include "fs/inode.h"

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536

#define XATTR_CREATE  1
#define XATTR_REPLACE 2

/* -EEXIST, -ENODATA (as `flags` say), -ENOSPC, -ENOMEM. */
int xattr_set(struct inode *inode, const char *name, const void *value, size_t size, int flags);
/* The value, which stays the inode's, or NULL. */
const void *xattr_get(const struct inode *inode, const char *name, size_t *size);
int xattr_remove(struct inode *inode, const char *name);
/* The `i`-th name, or NULL. */
const char *xattr_name(const struct inode *inode, size_t i);
void xattr_free_all(struct inode *inode);
