#pragma once

#include <stddef.h>
#include <stdint.h>

#include "port.h"

/*
 * A workload is one file, <group>/<name>.c, that defines `bench`. The build gives the file its
 * name. The body takes a count and never sees a clock:
 *
 *	static void run(uint64_t n)
 *	{
 *		while (n--)
 *			port_getppid();
 *	}
 *
 *	const struct bench bench = { BENCH_ID, .op = "one getppid", .run = run, ... };
 *
 * Iterations are fixed here and never calibrated: a loop that sizes itself measures something else
 * on every kernel. A profile changes only how often the same repetition is taken.
 */

enum bench_profile {
	BENCH_QUICK,
	BENCH_FULL,
	BENCH_PROFILES,
};

#define BENCH_REPETITIONS_MAX 256

struct bench {
	const char *group;
	const char *name;
	/* What one operation is, in words. */
	const char *op;
	uint64_t iterations;
	uint32_t repetitions[BENCH_PROFILES];
	/* Repetitions taken first and thrown away. */
	uint32_t warmup;

	/* The timed part: `n` operations. The only hook that must be there. */
	void (*run)(uint64_t n);

	/* Untimed, and each may be NULL: once before all, around each repetition, once after all. */
	void (*setup)(void);
	void (*before)(uint64_t n);
	void (*after)(uint64_t n);
	void (*teardown)(void);
};

/* Defined by the workload. */
extern const struct bench bench;

#define BENCH_ID .group = BENCH_GROUP, .name = BENCH_NAME

/* What nearly all workloads take. */
#define BENCH_USUAL_REPETITIONS                                                                    \
	.repetitions = { [BENCH_QUICK] = 15, [BENCH_FULL] = 61 }, .warmup = 3

#define BENCH_UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * For hooks and bodies, in the workload's first process only; neither returns. bench_wrong() says
 * that a check failed, so there is no number. bench_absent() says that the kernel lacks `what`.
 */
_Noreturn void bench_wrong(const char *what, int64_t expected, int64_t got);
_Noreturn void bench_absent(const char *what, long error);

/* `got` must be `expected`. */
static inline void bench_check(const char *what, int64_t expected, int64_t got)
{
	if (BENCH_UNLIKELY(got != expected))
		bench_wrong(what, expected, got);
}

/*
 * Passes a call's result on when it is no error. An error that means "I don't have this" makes the
 * workload absent, any other makes it wrong.
 */
long bench_require(const char *what, long result);

/* The path this ELF was started by. */
const char *bench_path(void);
