/* The same trees on the host's Linux, in a directory that is the root of every path. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False: this host can't resolve paths below a root of their own (openat2). */
bool linux_tree_make(void);
void linux_tree_drop(void);

/* 0 or -errno, like mkdir() and its kin, and where the path leads as an inode number. */
int linux_dir(const char *path);
int linux_file(const char *path);
int linux_link(const char *path, const char *target);
int linux_find(const char *path, bool follow, uint64_t *ino);
