/* devpts: the file system with a node per pseudo terminal, mounted at /dev/pts. */
#pragma once

#include "fs/inode.h"

/* The major number of the slaves; the minor is the terminal's number. */
#define DEVPTS_MAJOR 136

/* Registers the file system. All mounts share a single instance. */
void devpts_init(void);

/* Creates a slave's node, owned by the caller, with a reference. Returns 0 or -ENOSPC. */
int devpts_add(unsigned int number, struct inode **out);
void devpts_remove(unsigned int number);
