#pragma once

#include <stdbool.h>

#include "bench.h"

/* One workload from its first record to its last, whatever program it is in. */

struct measure_order {
	uint64_t stream;
	enum bench_profile profile;
	const char *param; /* NULL for none */
	const char *path;  /* of the workload's ELF, for bench_path() */
};

/* "quick" or "full". Returns whether it was one of them. */
bool measure_profile(const char *text, enum bench_profile *profile);

/* Comes back when all went well; else measure_end() is called. */
void measure(const struct bench *what, const struct measure_order *how);

/*
 * Given by the program: ends the workload that runs. `status` is 0 when its last record was `done`
 * or `absent`, 1 when it was `wrong`.
 */
_Noreturn void measure_end(int status);
