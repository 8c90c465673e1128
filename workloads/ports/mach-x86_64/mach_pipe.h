#pragma once

#include <stddef.h>

#include "mach_state.h"

/* Descriptors: the console and pipes. Results are those of port.h's calls. */

#define MACH_EBADF 9

long mach_pipe_make(int fds[2]);
long mach_pipe_read(struct mach_pipe *pipe, void *buf, size_t len);
long mach_pipe_write(const struct mach_pipe *pipe, const void *buf, size_t len);
long mach_descriptor_copy(int fd);
long mach_descriptor_close(int fd);

/* Prints through the kernel's own console, which has printed all of it when this returns. */
long mach_console_write(const void *buf, size_t len);

/* For fork: gives `task` what it needs of the pipes; and what is to be done in it. */
int mach_pipes_give(mach_name task);
void mach_pipes_inherited(void);
/* When no child is left that may still fetch a receive right. */
void mach_pipes_sweep(void);
