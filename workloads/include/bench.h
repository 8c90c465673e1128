#pragma once

#include <stddef.h>
#include <stdint.h>

#include "port.h"

/*
 * A workload is one file, <group>/<name>.c, that defines `bench`; the build derives its name from
 * the path. The body runs a given number of operations and never reads a clock:
 *
 *	static void run(uint64_t n)
 *	{
 *		while (n--)
 *			port_getppid();
 *	}
 *
 *	BENCH_OP("one getppid");
 *	BENCH_COVERS("lmbench lat_syscall null");
 *
 *	const struct bench bench = { .id = BENCH_ID, .iterations = 2000, .run = run, ... };
 *
 * The iteration count is fixed in the source and never calibrated: a self-calibrating loop does
 * different work on every kernel. A profile only changes the number of repetitions.
 */

/*
 * Metadata for reports and docs/workloads.md. It goes to a section that is not linked into the ELF;
 * the build dumps it to <name>.facts. A text must not contain quotes or backslashes.
 */
#define BENCH_FACT(key, text)                                                                      \
	__asm__(".pushsection .ringside,\"e\",@progbits\n\t"                                       \
		".ascii \"" key ": " text "\\n\"\n\t.popsection")

/* One operation, as a noun phrase. Required; the `bench` record repeats it. */
#define BENCH_OP(text)                                                                             \
	BENCH_FACT("op", text);                                                                    \
	static const char bench_op[] = text

/*
 * Entries of other suites that measure the same, separated by semicolons (docs/entries.toml lists
 * all entries); " (approximate)" after an entry marks one that measures not quite the same.
 */
#define BENCH_COVERS(text) BENCH_FACT("covers", text)

/* Probes, <family>/<name>, that must work before this workload can. Separated by spaces. */
#define BENCH_NEEDS(text) BENCH_FACT("needs", text)

/*
 * Parameters to run with, separated by spaces: POINTS are rows of the table, SWEEP the points of a
 * curve. A parameter is one to four numbers joined by x, each with an optional suffix k (1024) or
 * m (1024 * 1024): 10, 64k, 8x16k. Without BENCH_POINTS the workload is one row, run without a
 * parameter.
 */
#define BENCH_POINTS(text) BENCH_FACT("points", text)
#define BENCH_SWEEP(text) BENCH_FACT("sweep", text)

/* What the parameter is: the label of the curve's axis, with its unit. */
#define BENCH_AXIS(text) BENCH_FACT("axis", text)

/*
 * What to report a rate of, where a rate says more than a cost: "bytes" (`bytes` per operation),
 * "messages" or "operations".
 */
#define BENCH_COUNTS(text) BENCH_FACT("counts", text)

/* A caveat for whoever interprets the number. */
#define BENCH_NOTE(text) BENCH_FACT("note", text)

enum bench_profile {
	BENCH_QUICK,
	BENCH_FULL,
	BENCH_PROFILES,
};

#define BENCH_REPETITIONS_MAX 256

struct bench_id {
	const char *group, *name, *op;
};

struct bench_repeats {
	uint32_t counts[BENCH_PROFILES];
	/* Repetitions run first and discarded. */
	uint32_t warmup;
};

struct bench {
	struct bench_id id;
	/*
	 * Operations per repetition. If they depend on the parameter, count() returns them instead;
	 * it may be called before setup().
	 */
	uint64_t iterations;
	uint64_t (*count)(void);
	/* Bytes per operation of a throughput workload; else 0. */
	uint64_t bytes;
	struct bench_repeats repeats;

	/* The timed part: `n` operations. The only mandatory hook. */
	void (*run)(uint64_t n);

	/*
	 * Untimed, each may be NULL: setup() once before and teardown() once after all repetitions,
	 * before() and after() around each.
	 */
	void (*setup)(void);
	void (*before)(uint64_t n);
	void (*after)(uint64_t n);
	void (*teardown)(void);
};

/* Defined by the workload. */
extern const struct bench bench;

#define BENCH_ID                                                                                   \
	{                                                                                          \
		.group = BENCH_GROUP, .name = BENCH_NAME, .op = bench_op                           \
	}

/* For nearly all workloads. */
#define BENCH_DEFAULT_REPEATS                                                                      \
	{                                                                                          \
		.counts = { [BENCH_QUICK] = 15, [BENCH_FULL] = 61 }, .warmup = 3                   \
	}

#define BENCH_UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * End the workload without a result; to be called in its first process only. bench_wrong() reports
 * a failed check (or, if `got` is -ENOSYS, an absent system call), bench_absent() that the kernel
 * lacks `what`. `error` is an errno of either sign.
 */
_Noreturn void bench_wrong(const char *what, int64_t expected, int64_t got);
_Noreturn void bench_absent(const char *what, long error);

/* Ends the workload with bench_wrong() unless `got` is `expected`. */
static inline void bench_check(const char *what, int64_t expected, int64_t got)
{
	if (BENCH_UNLIKELY(got != expected))
		bench_wrong(what, expected, got);
}

/*
 * Checks the first call of its kind and returns its result if that is no error. An error that means
 * "not supported" ends the workload as absent (for a well-formed call that includes EINVAL and
 * ENOTTY), any other as wrong.
 */
long bench_require(const char *what, long result);

/* The path this ELF was started as: argv[0]. */
const char *bench_path(void);

/* Number `index` of the parameter, or `fallback` if the parameter has none there. */
uint64_t bench_param(unsigned int index, uint64_t fallback);
