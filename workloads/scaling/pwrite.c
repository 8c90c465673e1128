#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "pwrite", 4096,
			   port_pwrite(task->fds[0], task->buffer, 4096, 4096));
}

SCALING_OP("one 4096-byte pwrite that overwrites a per-task file");
BENCH_COVERS("will-it-scale pwrite1; will-it-scale write1; will-it-scale writeseek1");

const struct scaling scaling = {
	.iterations = 500,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
