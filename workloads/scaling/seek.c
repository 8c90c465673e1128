#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "lseek", 100, port_lseek(task->fds[0], 100));
}

SCALING_OP("one lseek in a per-task file");
BENCH_COVERS("will-it-scale lseek1");

const struct scaling scaling = {
	.iterations = 3000,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
