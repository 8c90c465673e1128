/* Signals that are read: signalfd(2). */
#pragma once

#include "fs/file.h"

/* A file that reads what is in `set` of whoever reads; `flags`: O_NONBLOCK or 0. -ENOMEM. */
int signalfd_create(uint64_t set, uint32_t flags, struct file **out);
/* Another set. -EINVAL when the file is no such one. */
int signalfd_change(struct file *f, uint64_t set);
