/* Who gets a signal when an open file can be read or written: F_SETOWN, F_SETSIG, O_ASYNC. */
#pragma once

#include "fs/file.h"

/* Kinds of owners, numbered as F_SETOWN_EX has them. */
enum async_owner {
	ASYNC_THREAD,
	ASYNC_PROCESS,
	ASYNC_GROUP,
};

/*
 * Signals are sent with the rights of the caller. `id` 0: to nobody from now on. 0, -EINVAL,
 * -ESRCH, -ENOMEM.
 */
int async_set_owner(struct file *f, enum async_owner kind, int id);
/*
 * The owner's number; 0 if there is none, or it is gone. *kind is ASYNC_THREAD if none was ever
 * set.
 */
int async_owner(const struct file *f, enum async_owner *kind);

/* 0: SIGIO, without details. -EINVAL, -ENOMEM. */
int async_set_signal(struct file *f, uint64_t signo);
int async_signal(const struct file *f);

/*
 * Turns signals on or off; they name `fd`. No effect on a file that has none to send (`signals` in
 * its operations). 0, -ENOMEM.
 */
int async_set(struct file *f, int fd, bool on);
