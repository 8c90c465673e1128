#include "scaling.h"

static void setup(struct task *task)
{
	task_require(task, "socketpair", port_socketpair(task->fds));
}

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "write", 100, port_write(task->fds[1], task->buffer, 100));
		task_check(task, "read", 100, port_read(task->fds[0], task->buffer, 100));
	}
}

SCALING_OP("one 100-byte write to and read from a per-task Unix socket pair");
BENCH_COVERS("will-it-scale unix1");

const struct scaling scaling = {
	.iterations = 300,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
