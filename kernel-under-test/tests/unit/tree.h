/* Builds and removes a file system tree; a failure stops the test. */
#pragma once

#include "fs/path.h"

/* A new tmpfs, which is also the working directory. */
void tree_make(void);
/* Removes everything; all memory must be free again. */
void tree_drop(void);

extern struct inode *tree_root;

/* Absolute paths whose directory exists. */
struct inode *tree_add(const char *path, uint32_t mode);
void tree_dir(const char *path);
void tree_file(const char *path);
void tree_link(const char *path, const char *target);

/* 0 or -errno; the reference is dropped. */
int tree_find(const char *path, bool follow, struct inode **out);
