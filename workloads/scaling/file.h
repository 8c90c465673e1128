#pragma once

#include "scaling.h"

/*
 * The setup() and teardown() of a workload on a file: of the task's own, or of all tasks if the
 * workload defines FILE_SHARED as 1 before it includes this.
 */
#ifndef FILE_SHARED
#define FILE_SHARED 0
#endif

#define FILE_BYTES 16384

static void setup(struct task *task)
{
	task->fds[0] = task_file(task, FILE_SHARED, FILE_BYTES);
}

static void teardown(struct task *task)
{
	port_close(task->fds[0]);
	if (!FILE_SHARED || task->number == 0)
		port_unlink(task_path(task, FILE_SHARED));
}
