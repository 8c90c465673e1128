#pragma once

#include <stdbool.h>

#include "bench.h"

/* Measures one workload and emits its records, in a program of its own as in the mono program. */

struct measure_request {
	uint64_t stream; /* id of its record stream */
	enum bench_profile profile;
	const char *param; /* NULL for none */
	const char *path;  /* of the workload's ELF, for bench_path() */
};

/* Parses "quick" or "full"; false for anything else. */
bool measure_parse_profile(const char *text, enum bench_profile *profile);

/* Returns if the measurement succeeded, else calls measure_end(). */
void measure(const struct bench *what, const struct measure_request *how);

/*
 * Implemented by the program: ends the running workload. `status` is 0 after a `done` or `absent`
 * record, 1 after `wrong`.
 */
_Noreturn void measure_end(int status);
