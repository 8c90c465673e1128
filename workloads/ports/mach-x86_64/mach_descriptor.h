#pragma once

#include <stddef.h>

#include "mach_state.h"

/* Descriptors, of the console and of pipes. Results are those of port.h's calls. */

#define MACH_EBADF 9
#define MACH_EMFILE 24

/* The lowest number that is free. */
int mach_descriptor_take(enum mach_descriptor_kind kind, unsigned int pipe);
long mach_descriptor_copy(int fd);
long mach_descriptor_close(int fd);

/* Prints through the kernel's own console, which has printed all of it when this returns. */
long mach_console_write(const void *buf, size_t len);
