#pragma once

#include <stddef.h>

/*
 * The plan: "profile quick|full" first, then one "<group>/<name>" a line. Blank lines and lines
 * that start with '#' mean nothing. Group and name are of [a-z0-9_].
 */
#define PLAN_MAX 256

struct plan {
	const char *profile;
	const char *workloads[PLAN_MAX];
	size_t count;
};

/*
 * Cuts `text` into lines in place; the plan points into it. Returns 0, or the 1-based number of
 * the line that is wrong, with what should have stood there in *expected.
 */
size_t plan_parse(char *text, struct plan *plan, const char **expected);
