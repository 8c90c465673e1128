/* Who gets a signal when an open file can be read or written: F_SETOWN, F_SETSIG, O_ASYNC. */
#pragma once

#include "fs/file.h"

/* Kinds of owners, numbered as F_SETOWN_EX has them. */
enum async_owner {
	ASYNC_THREAD,
	ASYNC_PROCESS,
	ASYNC_GROUP,
};

/* `id` 0: nobody any more. 0, -EINVAL, -ESRCH, -ENOMEM. The owner's rights are the caller's. */
int async_set_owner(struct file *f, enum async_owner kind, int id);
/* 0 when there is none, or none any more; a thread it is when none was ever named. */
int async_owner(const struct file *f, enum async_owner *kind);

/* 0: SIGIO, which says nothing more. -EINVAL, -ENOMEM. */
int async_set_signal(struct file *f, uint64_t signo);
int async_signal(const struct file *f);

/*
 * Signals are sent from now on, or no more; they name `fd`. Nothing of a file that knows no such
 * thing (`signals` in its operations). 0, -ENOMEM.
 */
int async_set(struct file *f, int fd, bool on);
