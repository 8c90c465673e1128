#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench.h"

/*
 * The one-program form, for systems without exec or without files: all workloads of a port and the
 * runner in one program, run one after the other, each in a child where there is fork, else all in
 * the one process or thread there is. It sends the same records. The build makes build/<port>/mono
 * of it, for a port that says `port_form := mono` nothing else.
 *
 * Of port.h it needs port_write() to the console, port_ticks(), port_boot() and port_shutdown();
 * whatever a workload calls and the port lacks says -PORT_ENOSYS (ports/absent/), and the workload
 * is absent. There is no libc, no allocation, and no stack deeper than MONO_STACK.
 *
 * Without fork there is nothing to take back: what a workload leaves open stays so.
 */
#define MONO_STACK 16384

/*
 * The plan that the program carries, in a section of its own, `.ringside.plan`: text of this size,
 * to be overwritten before the program starts. Untouched it holds only the line by which it is
 * found in an image of any form, "# ringside plan <size>".
 */
#define MONO_PLAN_SIZE 8192

/* The workloads that were linked in, by "<group>/<name>". The build writes the list. */
struct mono_workload {
	const char *name;
	const struct bench *bench;
};
extern const struct mono_workload mono_workloads[];
extern const size_t mono_workload_count;

/* Whether the plan was overwritten. */
bool mono_has_plan(void);

/* Runs the plan, records and all. Not to be called again before it came back. */
void mono_run(void);
