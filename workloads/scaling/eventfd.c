#include "scaling.h"

static void setup(struct task *task)
{
	task->fds[0] = (int)task_require(task, "eventfd", port_eventfd());
}

static void run(struct task *task, uint64_t n)
{
	uint64_t value = 1;

	while (n--) {
		task_check(task, "write", 8, port_write(task->fds[0], &value, 8));
		task_check(task, "read", 8, port_read(task->fds[0], &value, 8));
	}
}

SCALING_OP("one write to and read from a per-task eventfd");
BENCH_COVERS("will-it-scale eventfd1");

const struct scaling scaling = {
	.iterations = 800,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
