/* Advisory file locks: fcntl() and flock(); and leases. */
#pragma once

#include "fs/inode.h"

/* Lock types, numbered as in fcntl(). */
#define LOCK_READ  0
#define LOCK_WRITE 1
#define LOCK_NONE  2

#define LOCK_END UINT64_MAX

/* Locks of different kinds do not conflict. */
enum lock_kind {
	LOCK_POSIX, /* fcntl() */
	LOCK_FLOCK, /* flock() */
	LOCK_LEASE, /* F_SETLEASE */
	LOCK_KINDS,
};

struct lock_range {
	/* An opaque identity, only compared; `pid` is only reported. */
	const void *owner;
	int pid;
	enum lock_kind kind;
	/* The owner is a process, which waits for one lock at a time: -EDEADLK is possible. */
	bool process;
	int type;
	uint64_t start, end; /* first and last byte */
};

/*
 * Sets or, with LOCK_NONE, removes a lock on a range, in place of what the owner held there.
 * -EAGAIN: a conflicting lock, and `wait` is false; -EDEADLK: processes would wait for each other;
 * -ERESTARTSYS, -ENOMEM.
 */
int lock_set(struct inode *inode, const struct lock_range *r, bool wait);
/* The same without the kernel lock and without waiting. -EUNLOCKED: the kernel lock is needed. */
int lock_set_unlocked(struct inode *inode, const struct lock_range *r);

/* The first lock that conflicts with `r`; false: none does. With or without the kernel lock. */
bool lock_find_conflict(struct inode *inode, const struct lock_range *r, struct lock_range *out);

/* Allocates inode->locks if it is NULL. 0 or -ENOMEM. */
int lock_prepare(struct inode *inode);

/* Removes all locks of the owner. */
void lock_release_owner(struct inode *inode, const void *owner);

/* Frees all locks of an inode that goes away. */
void lock_free_all(struct inode *inode);

/*
 * Leases. When others open the file (with LOCK_READ: for writing), its holder gets a signal and
 * they wait until it gives the lease up, at most /proc/sys/fs/lease-break-time seconds. The open
 * file owns the lease; `type` is LOCK_READ, LOCK_WRITE or LOCK_NONE. -EAGAIN: others have the file
 * open, or there is no lease to give up. -ENOMEM.
 */
int lease_set(struct file *f, int fd, int type);
/* The type of the lease, or what a break in progress asks to reduce it to. */
int lease_get(const struct file *f);
/*
 * To be called before the file is opened or truncated. -EAGAIN: a wait is needed and `wait` is
 * false; -ERESTARTSYS.
 */
int lease_break(struct inode *inode, bool write, bool wait);
extern uint64_t lease_break_seconds;
