/* Private to proc: the first and the last thing done to a process. */
#pragma once

#include "proc/process.h"

/* A process with a number and a blocked thread, without family, space or files. NULL: none left. */
struct process *process_make(void);

/* Frees what process_make() made. Its thread must not be running. */
void process_free(struct process *p);
