/* Pipes. */
#pragma once

#include "fs/file.h"

#define PIPE_SIZE (64ul << 10)
/* Writes of up to this many bytes are not mixed with others'. */
#define PIPE_ATOMIC PAGE_SIZE

/* The two ends of a new pipe, one reference each. `flags`: O_NONBLOCK or 0. -ENOMEM or 0. */
int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end);
