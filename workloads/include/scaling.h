#pragma once

#include "bench.h"

/*
 * A scaling workload: the same work done by 1, 2, 4 tasks at a time, each pinned to a CPU of its
 * own. It is one file, scaling/<name>.c, of which the build makes two programs: the tasks of
 * <name>_processes are processes, those of <name>_threads threads of one. The file defines
 *
 *	static void setup(struct task *task) { ... }	untimed, in each task, on its CPU
 *	static void run(struct task *task, uint64_t n) { ... }	`n` operations
 *	SCALING_OP("one getppid");
 *	const struct scaling scaling = { .iterations = 4000, .setup = setup, .run = run };
 *	const struct bench bench = SCALING_BENCH;
 *
 * and keeps its state in `task`, since threads share everything else. A repetition begins when the
 * tasks are told to go and ends when the last one is through; it has iterations * tasks operations.
 */
#define SCALING_MOST 8

struct task {
	unsigned int number; /* from 0; also its CPU */
	int fds[2];
	uint32_t *word;
	unsigned char *area;
	unsigned char buffer[4096] __attribute__((aligned(64)));
};

struct scaling {
	uint64_t iterations; /* of one task */
	void (*setup)(struct task *task);
	void (*run)(struct task *task, uint64_t n);
	/* Untimed, in each task, when all is over; may be NULL, as setup may. */
	void (*teardown)(struct task *task);
};

extern const struct scaling scaling;

/* Some room that all tasks of a workload share, zeroed; the same for each of them. */
void *scaling_common(void);

/* bench_check() and bench_require() for any task. */
void task_wrong(struct task *task, const char *what, int64_t expected, int64_t got);
long task_require(struct task *task, const char *what, long result);
static inline void task_check(struct task *task, const char *what, int64_t expected, int64_t got)
{
	if (BENCH_UNLIKELY(got != expected))
		task_wrong(task, what, expected, got);
}

/* A file of the task's own, or with `common` the one of all, `size` bytes long; open to use. */
int task_file(struct task *task, int common, size_t size);
/* Its path, which stays the task's. */
const char *task_path(struct task *task, int common);

#ifdef SCALING_THREADS
#define SCALING_ARE_THREADS 1
#else
#define SCALING_ARE_THREADS 0
#endif

#define SCALING_OP(text)                                                                           \
	BENCH_FACT("tasks", "1 2 4");                                                              \
	BENCH_FACT("axis", "tasks, each on its own CPU");                                          \
	BENCH_OP(text)

uint64_t scaling_count(void);
void scaling_setup_processes(void);
void scaling_setup_threads(void);
void scaling_run(uint64_t n);
void scaling_teardown(void);

#define SCALING_BENCH                                                                              \
	{                                                                                          \
		.id = BENCH_ID, .count = scaling_count,                                            \
		.repeats = { .counts = { [BENCH_QUICK] = 7, [BENCH_FULL] = 31 }, .warmup = 2 },    \
		.setup = SCALING_ARE_THREADS ? scaling_setup_threads : scaling_setup_processes,    \
		.run = scaling_run, .teardown = scaling_teardown                                   \
	}
