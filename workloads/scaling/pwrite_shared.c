#define FILE_SHARED 1
#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "pwrite", 4096,
			   port_pwrite(task->fds[0], task->buffer, 4096, 4096));
}

SCALING_OP("one 4096-byte pwrite that overwrites a shared file");
BENCH_COVERS("will-it-scale pwrite2; will-it-scale pwrite3; will-it-scale writeseek2; "
	     "will-it-scale writeseek3");

const struct scaling scaling = {
	.iterations = 500,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
