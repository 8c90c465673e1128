#include "scaling.h"

static void setup(struct task *task)
{
	task_require(task, "pipe", port_pipe(task->fds));
}

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "write", 512, port_write(task->fds[1], task->buffer, 512));
		task_check(task, "read", 512, port_read(task->fds[0], task->buffer, 512));
	}
}

SCALING_OP("one 512-byte write to and read from a per-task pipe");
BENCH_COVERS("will-it-scale pipe1");

const struct scaling scaling = {
	.iterations = 500,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
