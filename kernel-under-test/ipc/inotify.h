/* Watching files and directories: inotify(7). */
#pragma once

#include "fs/file.h"

/* Instances and watches that there may be. */
#define INOTIFY_INSTANCES 128
#define INOTIFY_WATCHES	  8192
#define INOTIFY_EVENTS	  16384

#define IN_ALL_EVENTS  0xfffu
#define IN_ONLYDIR     0x01000000u
#define IN_DONT_FOLLOW 0x02000000u
#define IN_EXCL_UNLINK 0x04000000u
#define IN_MASK_CREATE 0x10000000u
#define IN_MASK_ADD    0x20000000u
#define IN_ONESHOT     0x80000000u

/* `flags`: O_NONBLOCK or 0. A file with one reference; -EMFILE, -ENOMEM. */
int inotify_create(uint32_t flags, struct file **out);
bool inotify_is(const struct file *f);

/* The descriptor of the watch; -EEXIST, -ENOSPC, -ENOMEM. */
int inotify_watch(struct file *f, struct inode *inode, uint32_t mask);
/* -EINVAL: there is no such watch. */
int inotify_unwatch(struct file *f, int wd);
