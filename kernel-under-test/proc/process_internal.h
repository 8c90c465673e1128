/* Private to proc: the first and the last things done to a process. */
#pragma once

#include "proc/process.h"

/*
 * A process with a pid and one blocked thread, without family, space or files. NULL: out of memory
 * or pids.
 */
struct process *process_alloc(void);

/* Makes `t` one of its threads. */
void process_attach(struct process *p, struct thread *t, int tid);

/* A number for another thread, or -EAGAIN. */
int process_new_tid(void);

/* Frees what process_alloc() made, before its thread ever ran, and the space and files it got. */
void process_abort_create(struct process *p);

/* Frees a process whose last thread has ended. */
void process_free(struct process *p);
