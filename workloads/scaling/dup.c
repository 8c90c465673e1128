#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "close", 0, port_close((int)port_dup(task->fds[0])));
}

SCALING_OP("one dup and close of the new descriptor");
BENCH_COVERS("will-it-scale dup1");
BENCH_NOTE("threads share one descriptor table");

const struct scaling scaling = {
	.iterations = 1000,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
