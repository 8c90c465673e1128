/* Watching files and directories: inotify(7). */
#pragma once

#include "fs/file.h"

/* Limits on instances, watches, and queued events per instance: /proc/sys/fs/inotify. */
extern uint64_t inotify_instances_max, inotify_watches_max, inotify_events_max;

#define IN_ALL_EVENTS  0xfffu
#define IN_ONLYDIR     0x01000000u
#define IN_DONT_FOLLOW 0x02000000u
#define IN_EXCL_UNLINK 0x04000000u
#define IN_MASK_CREATE 0x10000000u
#define IN_MASK_ADD    0x20000000u
#define IN_ONESHOT     0x80000000u

/*
 * Creates an instance as a file with one reference. `flags`: O_NONBLOCK or 0. Returns 0, -EMFILE or
 * -ENOMEM.
 */
int inotify_create(uint32_t flags, struct file **out);
bool inotify_is(const struct file *f);

/* Adds or changes a watch. Returns its descriptor, -EEXIST, -ENOSPC or -ENOMEM. */
int inotify_watch(struct file *f, struct inode *inode, uint32_t mask);
/* Returns 0, or -EINVAL if there is no such watch. */
int inotify_unwatch(struct file *f, int wd);

/* The `i`-th watch of an instance; false past the last. Takes no reference. */
struct inotify_watched {
	int wd;
	uint32_t mask;
	const struct inode *inode;
};

bool inotify_get(const struct file *f, size_t i, struct inotify_watched *out);
