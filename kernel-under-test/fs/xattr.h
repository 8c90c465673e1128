/* Extended attributes of files in memory: values by name. */
#pragma once

#include "fs/inode.h"

#define ATTRIBUTE_NAME_MAX  255
#define ATTRIBUTE_VALUE_MAX 65536

#define ATTRIBUTE_CREATE  1
#define ATTRIBUTE_REPLACE 2

/* -EEXIST, -ENODATA (as `flags` say), -ENOSPC, -ENOMEM. */
int attribute_set(struct inode *inode, const char *name, const void *value, size_t size, int flags);
/* The value, which stays the inode's, or NULL. */
const void *attribute_get(const struct inode *inode, const char *name, size_t *size);
int attribute_remove(struct inode *inode, const char *name);
/* The `i`-th name, or NULL. */
const char *attribute_name(const struct inode *inode, size_t i);
void attribute_forget(struct inode *inode);
