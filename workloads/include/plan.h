#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The plan: "profile quick|full" first, then a line for each workload, "<group>/<name>" or
 * "<group>/<name>/<parameter>", and for each probe, "probe/<family>/<name>". Blank lines and lines
 * that start with '#' mean nothing. All parts are of [a-z0-9_]. Instead of these there may be the
 * one line "snapshot": what is to run is said later, once a copy of the machine was made.
 */
#define PLAN_MAX 256

struct plan {
	const char *profile;
	const char *workloads[PLAN_MAX];
	size_t count;
	bool is_snapshot;
};

/*
 * Cuts `text` into lines in place; the plan points into it. Returns 0, or the 1-based number of
 * the line that is wrong, with what should have stood there in *expected.
 */
size_t plan_parse(char *text, struct plan *plan, const char **expected);

/* Whether a line names a workload or a probe. */
bool plan_can_run(const char *line);

/* Whether a line of a plan names a probe. */
bool plan_is_probe(const char *line);

/* Whether not all is probes, which give no numbers and need not wait for a kernel at rest. */
bool plan_has_workloads(const struct plan *plan);
