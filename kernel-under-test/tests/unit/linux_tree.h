/* The same trees on the host's Linux, in a directory that serves as root. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False: this host lacks openat2(), and cannot resolve paths below a root. */
bool linux_tree_make(void);
void linux_tree_drop(void);

/* 0 or -errno, like mkdir() and the like; and the inode number that a path leads to. */
int linux_dir(const char *path);
int linux_file(const char *path);
int linux_link(const char *path, const char *target);
int linux_find(const char *path, bool follow, uint64_t *ino);
