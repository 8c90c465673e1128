/* Building and taking down a file system tree in a few words; what can't fail here stops the test. */
#pragma once

#include "fs/path.h"

/* A new tmpfs in `root`, which is also where relative paths begin. */
void tree_make(void);
/* Removes everything; all memory must be free again. */
void tree_drop(void);

extern struct inode *tree_root;

/* Of an absolute path whose directory is there. */
struct inode *tree_add(const char *path, uint32_t mode);
void tree_dir(const char *path);
void tree_file(const char *path);
void tree_link(const char *path, const char *target);

/* 0 or -errno; the reference is not kept. */
int tree_find(const char *path, bool follow, struct inode **out);
