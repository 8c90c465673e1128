#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What the harness tells the runner to run. The first line is "profile quick|full"; then follow one
 * line per workload, "<group>/<name>" or "<group>/<name>/<parameter>", and per probe,
 * "probe/<family>/<name>", in any order. Each part consists of [a-z0-9_]. Blank lines and lines
 * that start with '#' are ignored. A plan of the single line "snapshot" names nothing to run: the
 * harness does that in each copy of the machine (runner/snapshot.h).
 */
#define PLAN_MAX 256

struct plan {
	const char *profile;
	const char *workloads[PLAN_MAX];
	size_t count;
	bool is_snapshot;
};

/*
 * Splits `text` into lines in place; the plan points into it. Returns 0, or the 1-based number of
 * the first invalid line, with what was expected there in *expected.
 */
size_t plan_parse(char *text, struct plan *plan, const char **expected);

/* Whether a line names a workload or a probe. */
bool plan_is_runnable(const char *line);

/* Whether a line of a plan names a probe. */
bool plan_is_probe(const char *line);

/* Whether there is more than probes, which yield no numbers and need not wait for settle(). */
bool plan_has_workloads(const struct plan *plan);
