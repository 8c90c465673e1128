/* The file system that holds a node for each pseudo terminal: mounted at /dev/pts. */
#pragma once

#include "fs/inode.h"

/* The major number of its nodes; the minor one is the terminal's. */
#define DEVPTS_MAJOR 136

/* Registers the file system. There is one, however often it is mounted. */
void devpts_init(void);

/* The node of a terminal, the caller's own, with a reference; -ENOSPC. */
int devpts_add(unsigned int number, struct inode **out);
void devpts_remove(unsigned int number);
