/* Signals read from a descriptor: signalfd(2). */
#pragma once

#include "fs/file.h"

/* A file that returns the reader's pending signals of `set`. `flags`: O_NONBLOCK or 0. -ENOMEM. */
int signalfd_create(uint64_t set, uint32_t flags, struct file **out);
/* Changes the set. -EINVAL: no signalfd. */
int signalfd_change(struct file *f, uint64_t set);
