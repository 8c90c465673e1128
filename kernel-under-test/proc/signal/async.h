/* Signal-driven I/O: F_SETOWN, F_SETSIG, O_ASYNC. */
#pragma once

#include "fs/file.h"

/* Kinds of owners, numbered as in F_SETOWN_EX. */
enum async_owner {
	ASYNC_THREAD,
	ASYNC_PROCESS,
	ASYNC_GROUP,
};

/*
 * Sets who gets the signals, which are sent with the caller's rights. `id` 0: nobody. -EINVAL,
 * -ESRCH, -ENOMEM.
 */
int async_set_owner(struct file *f, enum async_owner kind, int id);
/* The owner; 0: none, or it is gone. *kind is ASYNC_THREAD if none was ever set. */
int async_owner(const struct file *f, enum async_owner *kind);

/* F_SETSIG. 0: SIGIO without details. -EINVAL, -ENOMEM. */
int async_set_signal(struct file *f, uint64_t signo);
int async_signal(const struct file *f);

/*
 * Switches O_ASYNC; signals carry `fd`. No effect on files that raise none (file_ops.signals). 0,
 * -ENOMEM.
 */
int async_set(struct file *f, int fd, bool on);
