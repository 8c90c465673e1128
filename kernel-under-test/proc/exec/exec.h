/* Replacing the program that a process runs. */
#pragma once

#include "proc/exec/args.h"
#include "proc/process.h"

/*
 * Runs `path` in the calling process, or in one that has not started yet. On -errno the process
 * is as it was. If `file` is not NULL it is what runs, and its reference is taken in any case.
 */
int process_exec(struct process *p, const char *path, struct inode *file, struct args *args);
