#include "scaling.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "sched_yield", 0, port_yield());
}

SCALING_OP("one sched_yield with no other task on the CPU");
BENCH_COVERS("will-it-scale sched_yield");

const struct scaling scaling = {
	.iterations = 2000,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
