/* Process file descriptors: pidfd_open(2). */
#pragma once

#include "fs/file.h"
#include "proc/process.h"

/* A new descriptor of the caller's for `p`. `flags`: O_NONBLOCK or 0. -ENOMEM, -EMFILE. */
int pidfd_install(const struct process *p, uint32_t flags);

/* The process, possibly a zombie; NULL: it was reaped. -EBADF: `f` is no pidfd. */
int pidfd_process(const struct file *f, struct process **out);

/* To be called when a process has ended: wakes waiters. */
void pidfd_wake(void);

/* `w` is called whenever a process ends. */
void pidfd_subscribe(struct waiter *w);
void pidfd_unsubscribe(struct waiter *w);
