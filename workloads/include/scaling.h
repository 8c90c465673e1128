#pragma once

#include "bench.h"

/*
 * A scaling workload has 1, 2 or 4 tasks do the same work at the same time, each pinned to its own
 * CPU. It is one file, scaling/<name>.c, which the build compiles twice: <name>_processes runs each
 * task in a process, <name>_threads in a thread of one process. The file defines
 *
 *	static void setup(struct task *task) { ... }	untimed, in each task on its CPU
 *	static void run(struct task *task, uint64_t n) { ... }	`n` operations
 *	SCALING_OP("one getppid");
 *	const struct scaling scaling = { .iterations = 4000, .setup = setup, .run = run };
 *	const struct bench bench = SCALING_BENCH;
 *
 * and keeps its state in `task`, since threads share everything else. A repetition starts when the
 * tasks are released and ends when the last one has finished; it has iterations * tasks operations.
 */
#define SCALING_TASKS_MAX 8

struct task {
	unsigned int number; /* from 0; its CPU too */
	int fds[2];
	uint32_t *word;
	unsigned char *area;
	unsigned char buffer[4096] __attribute__((aligned(64)));
};

struct scaling {
	uint64_t iterations; /* per task and repetition */
	void (*setup)(struct task *task);
	void (*run)(struct task *task, uint64_t n);
	/* Untimed, in each task after the last repetition. May be NULL, as may setup. */
	void (*teardown)(struct task *task);
};

extern const struct scaling scaling;

/* Memory that all tasks share, zeroed: SCALING_SHARED_BYTES of it. */
#define SCALING_SHARED_BYTES (16 * PORT_PAGE_SIZE)
void *scaling_shared(void);

/* As bench_wrong(), bench_require() and bench_check(), but for any task. */
void task_wrong(struct task *task, const char *what, int64_t expected, int64_t got);
long task_require(struct task *task, const char *what, long result);
static inline void task_check(struct task *task, const char *what, int64_t expected, int64_t got)
{
	if (BENCH_UNLIKELY(got != expected))
		task_wrong(task, what, expected, got);
}

/*
 * A file in /tmp of the task's own, or if `shared` the one of all tasks: task_file() creates it
 * with `size` bytes and opens it for reading and writing, task_path() returns its path.
 */
int task_file(struct task *task, int shared, size_t size);
const char *task_path(struct task *task, int shared);

#ifdef SCALING_THREADS
#define SCALING_USE_THREADS 1
#else
#define SCALING_USE_THREADS 0
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
		.setup = SCALING_USE_THREADS ? scaling_setup_threads : scaling_setup_processes,    \
		.run = scaling_run, .teardown = scaling_teardown                                   \
	}
