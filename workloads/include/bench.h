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
 *	BENCH_OP("one getppid");
 *	BENCH_ANSWERS("lmbench lat_syscall null");
 *
 *	const struct bench bench = { .id = BENCH_ID, .iterations = 2000, .run = run, ... };
 *
 * Iterations are fixed here and never calibrated: a loop that sizes itself measures something else
 * on every kernel. A profile changes only how often the same repetition is taken.
 */

/*
 * Facts are for the catalogue and the manual. They leave no byte in the ELF: the build writes them
 * to <name>.facts beside it. Texts are plain words without quotes or backslashes.
 */
#define BENCH_FACT(key, text)                                                                      \
	__asm__(".pushsection .ringside,\"e\",@progbits\n\t"                                       \
		".ascii \"" key ": " text "\\n\"\n\t.popsection")

/* What one operation is, in words. Every workload says it. */
#define BENCH_OP(text)                                                                             \
	BENCH_FACT("op", text);                                                                    \
	static const char bench_op[] = text

/* Which entries of other suites measure the same, separated by semicolons. */
#define BENCH_ANSWERS(text) BENCH_FACT("answers", text)

/* The probes, <family>/<name>, that must work for this workload to. */
#define BENCH_NEEDS(text) BENCH_FACT("needs", text)

/*
 * Parameters to run with, separated by spaces: POINTS are rows of the table, SWEEP makes a curve.
 * A parameter is of numbers joined by x, each with k (1024) or m (1024 * 1024) behind it if it has
 * one: 10, 64k, 8x16k. Without points the workload has one row, and no parameter.
 */
#define BENCH_POINTS(text) BENCH_FACT("points", text)
#define BENCH_SWEEP(text) BENCH_FACT("sweep", text)

/* What the parameter is, as the axis of a curve. */
#define BENCH_AXIS(text) BENCH_FACT("axis", text)

/*
 * What the operations get done, where the rate says more than the cost: "bytes" (of them `bytes` an
 * operation), "messages" or "operations".
 */
#define BENCH_COUNTS(text) BENCH_FACT("counts", text)

/* What a reader must know to read the number right. */
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
	/* Repetitions taken first and thrown away. */
	uint32_t warmup;
};

struct bench {
	struct bench_id id;
	/*
	 * Operations of a repetition. `count`, if not NULL, says it for the parameter instead, and
	 * is asked before setup().
	 */
	uint64_t iterations;
	uint64_t (*count)(void);
	/* Bytes one operation moves, for a workload that measures throughput; else 0. */
	uint64_t bytes;
	struct bench_repeats repeats;

	/* The timed part: `n` operations. The only hook that must be there. */
	void (*run)(uint64_t n);

	/* Untimed, and each may be NULL: before all, around each repetition, after all. */
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

/* What nearly all workloads take. */
#define BENCH_USUAL_REPEATS                                                                        \
	{                                                                                          \
		.counts = { [BENCH_QUICK] = 15, [BENCH_FULL] = 61 }, .warmup = 3                   \
	}

#define BENCH_UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * For hooks and bodies, in the workload's first process only; neither returns. bench_wrong() says
 * that a check failed, so there is no number; a call that the kernel has not is absent there too.
 * bench_absent() says that the kernel lacks `what`.
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
 * For the first call of a kind. Passes its result on when it is no error. An error that means "I
 * don't have this", which to a well-formed call EINVAL and ENOTTY do too, makes the workload
 * absent; any other makes it wrong.
 */
long bench_require(const char *what, long result);

/* The path this ELF was started by. */
const char *bench_path(void);

/* The number at `index` of the parameter; `usual` where there is none. */
uint64_t bench_param(unsigned int index, uint64_t usual);
