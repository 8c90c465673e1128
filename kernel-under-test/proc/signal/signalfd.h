/* Signals that are read: signalfd(2). */
#pragma once

#include "fs/file.h"

/*
 * A file from which a thread reads its pending signals of `set`. `flags`: O_NONBLOCK or 0. -ENOMEM.
 */
int signalfd_create(uint64_t set, uint32_t flags, struct file **out);
/* Changes the set. -EINVAL: not a signalfd. */
int signalfd_change(struct file *f, uint64_t set);
