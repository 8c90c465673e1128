/* execve(). */
#pragma once

#include "proc/exec/args.h"
#include "proc/process.h"

/*
 * Runs `path`, or `file` if that is not NULL, in the calling process or in one that has not
 * started. Takes over the reference on `file` in any case. On an error the process is unchanged.
 */
int process_exec(struct process *p, const char *path, struct inode *file, struct args *args);
