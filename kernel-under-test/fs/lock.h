/* Advisory locks on parts of files: fcntl() and flock(). */
#pragma once

#include "fs/inode.h"

/* Numbered as fcntl() has them. */
#define LOCK_READ  0
#define LOCK_WRITE 1
#define LOCK_NONE  2

#define LOCK_END UINT64_MAX

struct lock_range {
	/* Who holds it, compared and nothing else; `pid` is only for telling. */
	const void *owner;
	int pid;
	int type;
	uint64_t start, end; /* first and last byte */
};

/*
 * Sets (or, LOCK_NONE, takes away) what `r` says, whatever of it the owner held before. -EAGAIN
 * when another owner is in the way and `wait` is false; -ERESTARTSYS, -ENOMEM.
 */
int lock_set(struct inode *inode, const struct lock_range *r, bool wait);

/* The lock that is in the way of `r`; false when none is. */
bool lock_blocker(const struct inode *inode, const struct lock_range *r, struct lock_range *out);

/* Takes away all that the owner holds. */
void lock_release(struct inode *inode, const void *owner);

/* The inode goes: nobody holds anything any more. */
void lock_forget(struct inode *inode);
