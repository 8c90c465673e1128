/* Descriptors that stand for processes: pidfd_open(2). */
#pragma once

#include "fs/file.h"
#include "proc/process.h"

/* A descriptor of the caller's. `flags`: O_NONBLOCK or 0. -ENOMEM, -EMFILE. */
int pidfd_install(const struct process *p, uint32_t flags);

/* The process, which may be a zombie, or NULL if it is gone. -EBADF: `f` is no pidfd. */
int pidfd_process(const struct file *f, struct process **out);

/* A process has ended: wakes those who wait for that. */
void pidfd_wake(void);

/* `w` is told of each such end. */
void pidfd_subscribe(struct waiter *w);
void pidfd_unsubscribe(struct waiter *w);
