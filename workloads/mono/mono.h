#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench.h"

/*
 * The mono form, for systems without exec or files: one program with the runner and all workloads
 * of a port. It runs them one after the other, each in a child if there is fork, else all in the
 * only process, and emits the same records. The build makes build/<port>/mono; for a port with
 * `port_form := mono` it builds nothing else.
 *
 * The port must implement port_write() to the console, port_ticks(), port_boot() and
 * port_shutdown(). Any other call may return -PORT_ENOSYS (ports/absent/), which makes the
 * workloads that need it absent. No libc, no allocation, and at most MONO_STACK bytes of stack.
 *
 * Without fork, what a workload leaves open stays open.
 */
#define MONO_STACK 16384

/*
 * The plan is in the program itself, in section `.ringside.plan`: MONO_PLAN_SIZE bytes of text that
 * the harness overwrites in the image before it boots. As built, it is a line by which it can be
 * found in an image of any format, "# ringside plan <size>", and newlines.
 */
#define MONO_PLAN_SIZE 8192

/* The linked workloads by name, "<group>/<name>". The build generates the table. */
struct mono_workload {
	const char *name;
	const struct bench *bench;
};
extern const struct mono_workload mono_workloads[];
extern const size_t mono_workload_count;

/* Whether the harness has put a plan in. */
bool mono_has_plan(void);

/* Runs the plan and emits its records. Not reentrant. */
void mono_run(void);
