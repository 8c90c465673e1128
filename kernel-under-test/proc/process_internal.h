/* Private to proc: creating and freeing processes. */
#pragma once

#include "proc/process.h"

/*
 * A process with a pid and one blocked thread, but no family, address space or files. NULL: no
 * memory or no free pid.
 */
struct process *process_alloc(void);

/* Adds `t` to its threads. */
void process_attach(struct process *p, struct thread *t, int tid);

/* A tid for a new thread, or -EAGAIN. */
int process_new_tid(void);

/*
 * Frees a process from process_alloc() whose thread has never run, with its address space and
 * files.
 */
void process_abort_create(struct process *p);

/* Frees a process that has no threads left. */
void process_free(struct process *p);
