/*
 * Hooks for inotify and dnotify.
 *
 * A watched inode, and each inode in a watched directory, gets wrapped operations: the original
 * ones, each followed by an event. Unwatched inodes pay nothing. A wrapper, once set, stays.
 */
#pragma once

#include "fs/inode.h"

/* Numbered as on Linux. */
#define IN_ACCESS	 0x1u
#define IN_MODIFY	 0x2u
#define IN_ATTRIB	 0x4u
#define IN_CLOSE_WRITE	 0x8u
#define IN_CLOSE_NOWRITE 0x10u
#define IN_OPEN		 0x20u
#define IN_MOVED_FROM	 0x40u
#define IN_MOVED_TO	 0x80u
#define IN_CREATE	 0x100u
#define IN_DELETE	 0x200u
#define IN_DELETE_SELF	 0x400u
#define IN_MOVE_SELF	 0x800u
/* A rename within one directory: for F_NOTIFY only. */
#define IN_RENAMED    0x10000000u
#define IN_Q_OVERFLOW 0x4000u
#define IN_IGNORED    0x8000u
#define IN_ISDIR      0x40000000u

/*
 * Wraps a file with setuid or setgid bits that is opened for writing: the wrapped write clears
 * them. 0 or -ENOMEM.
 */
int notify_guard_suid(struct inode *inode);

/* The number of watches; maintained by ipc. */
extern unsigned int notify_watches;

void notify_wrap_dir(struct inode *dir);

/*
 * To be called before a name in `dir` is removed, moved or added to an existing inode: a watcher of
 * that inode must be told.
 */
static inline void notify_before_change(struct inode *dir)
{
	if (unlikely(notify_watches))
		notify_wrap_dir(dir);
}

/* Wraps `inode` and everything in it: from now on their events are reported. 0 or -ENOMEM. */
int notify_watch(struct inode *inode);

/*
 * Implemented by ipc. F_NOTIFY: events of the directory `f` and its entries raise signals that
 * carry `fd`; without IN_MULTISHOT only the next one does. 0 or -ENOMEM. dnotify_remove() must be
 * called before the file is freed.
 */
int dnotify_set(struct file *f, int fd, uint32_t mask);
void dnotify_remove(struct file *f);
/* Implemented by proc: signals the owner of `f`. */
void notify_signal(struct file *f, int fd);

/* Implemented by ipc: reports an event to the watchers of `inode`. `name`: an entry of it, or NULL.
 */
void notify_event(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name,
		  size_t len);
/* Implemented by ipc: also to the watchers of a directory that holds `inode`. May sleep. */
void notify_event_parents(struct inode *inode, uint32_t mask);
/*
 * Implemented by ipc: reports the deletion if the inode has no link left, and no references but
 * those of its watchers and `others` more.
 */
void notify_deleted(struct inode *inode, uint32_t others);
