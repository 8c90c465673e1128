/*
 * Telling who watches an inode what happens to it.
 *
 * An inode that is watched, or is in a directory that is, gets other operations: those it had, and
 * after each the telling. Nobody else pays for it. What was once told of stays so.
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
/* From a name to another in the same directory: for F_NOTIFY alone. */
#define IN_RENAMED    0x10000000u
#define IN_Q_OVERFLOW 0x4000u
#define IN_IGNORED    0x8000u
#define IN_ISDIR      0x40000000u

/*
 * Writing to it takes its set-user-id bit away, which is looked for in the same way. Without memory
 * for that: -ENOMEM.
 */
int notify_guard_suid(struct inode *inode);

/* How many watches there are; counted by ipc. */
extern unsigned int notify_watches;

void notify_wrap_dir(struct inode *dir);

/* A name in `dir` is about to be taken away, moved, or made for what has one: who watches that must
 * hear of it. */
static inline void notify_before_change(struct inode *dir)
{
	if (unlikely(notify_watches))
		notify_wrap_dir(dir);
}

/* What happens to `inode` from now on, and to what is in it, is told. 0 or -ENOMEM. */
int notify_watch(struct inode *inode);

/*
 * Given by ipc. What happens to the directory `f`, and in it, is told by signals that name `fd`;
 * IN_ONESHOT: the next alone. 0 or -ENOMEM. And: no more, which is due before the file goes.
 */
int dnotify_set(struct file *f, int fd, uint32_t mask);
void dnotify_remove(struct file *f);
/* Given by proc. */
void notify_signal(struct file *f, int fd);

/* Given by ipc. To those who watch `inode`; `name` is of what is in it, or NULL. */
void notify_event(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name,
		  size_t len);
/* Given by ipc. The same, and to those who watch a directory that it has a name in. May sleep. */
void notify_event_parents(struct inode *inode, uint32_t mask);
/* Given by ipc. It has no name, and none but its watchers and `others` references: it is gone. */
void notify_deleted(struct inode *inode, uint32_t others);
