/* Event counters: eventfd(2). */
#pragma once

#include "fs/file.h"

#define EFD_SEMAPHORE 1

/* `flags`: O_NONBLOCK or 0. A file with one reference, or -ENOMEM. */
int eventfd_create(uint64_t count, bool semaphore, uint32_t flags, struct file **out);
