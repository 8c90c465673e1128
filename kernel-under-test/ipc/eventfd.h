/* Event counters: eventfd(2). */
#pragma once

#include "fs/file.h"

#define EFD_SEMAPHORE 1

/*
 * Creates a counter as a file with one reference. `flags`: O_NONBLOCK or 0. Returns 0 or -ENOMEM.
 */
int eventfd_create(uint64_t count, bool semaphore, uint32_t flags, struct file **out);
