#include "scaling.h"

static void setup(struct task *task)
{
	task->word = (uint32_t *)task->buffer;
	task_require(task, "futex", port_futex_wake(task->word, 1));
}

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "FUTEX_WAKE", 0, port_futex_wake(task->word, 1));
}

SCALING_OP("one futex wake without waiters");
BENCH_COVERS("will-it-scale futex1; will-it-scale futex2");

const struct scaling scaling = {
	.iterations = 2000,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
