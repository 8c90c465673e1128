/* Advisory locks on parts of files: fcntl() and flock(). */
#pragma once

#include "fs/inode.h"

/* Numbered as fcntl() has them. */
#define LOCK_READ  0
#define LOCK_WRITE 1
#define LOCK_NONE  2

#define LOCK_END UINT64_MAX

/* Locks of different kinds know nothing of each other. */
enum lock_kind {
	LOCK_POSIX, /* fcntl() */
	LOCK_FLOCK, /* flock() */
	LOCK_LEASE, /* F_SETLEASE */
	LOCK_KINDS,
};

struct lock_range {
	/* Who holds it, compared and nothing else; `pid` is only for telling. */
	const void *owner;
	int pid;
	enum lock_kind kind;
	/* The owner is a process, which waits for one lock at a time: -EDEADLK may be told. */
	bool process;
	int type;
	uint64_t start, end; /* first and last byte */
};

/*
 * Sets (or, LOCK_NONE, takes away) what `r` says, whatever of it the owner held before. -EAGAIN
 * when another owner is in the way and `wait` is false; -ERESTARTSYS, -ENOMEM; -EDEADLK when
 * processes would wait for each other.
 */
int lock_set(struct inode *inode, const struct lock_range *r, bool wait);
/* The same without the kernel lock, and without waiting. -EUNLOCKED: that takes it. */
int lock_set_unlocked(struct inode *inode, const struct lock_range *r);

/* The first lock that is in the way of `r`; false when none is. With the kernel lock or without. */
bool lock_find_conflict(struct inode *inode, const struct lock_range *r, struct lock_range *out);

/* Makes room for the first lock: inode->locks is not NULL then. 0 or -ENOMEM. */
int lock_prepare(struct inode *inode);

/* Takes away all that the owner holds. */
void lock_release_owner(struct inode *inode, const void *owner);

/* The inode goes: nobody holds anything any more. */
void lock_free_all(struct inode *inode);

/*
 * Leases: who has one is told by a signal when others open the file (LOCK_READ: to write), and they
 * wait until he gives it up, /proc/sys/fs/lease-break-time seconds at most. They belong to the open
 * file; `type` is of enum LOCK_*. -EAGAIN: others have it open, or none to give up. -ENOMEM.
 */
int lease_set(struct file *f, int fd, int type);
/* What is asked of the holder, if it is less than he has. */
int lease_get(const struct file *f);
/* The file is about to be opened or cut. -EAGAIN: that would be to wait; -ERESTARTSYS. */
int lease_break(struct inode *inode, bool write, bool wait);
extern uint64_t lease_break_seconds;
