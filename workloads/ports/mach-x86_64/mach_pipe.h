#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mach_state.h"

/* Pipes over ports. Results are those of port.h's calls. */

long mach_pipe_make(int fds[2]);
long mach_pipe_read(struct mach_pipe *pipe, void *buf, size_t len);
long mach_pipe_write(const struct mach_pipe *pipe, const void *buf, size_t len);
/* One descriptor fewer of this task writes to it, or reads it. */
long mach_pipe_let_go(struct mach_pipe *pipe, bool writer);

/* For fork: gives `task` what it needs of the pipes; and what is to be done in it. */
int mach_pipes_give(mach_name task);
void mach_pipes_inherited(void);
/* When no child is left that may still fetch a receive right. */
void mach_pipes_sweep(void);
