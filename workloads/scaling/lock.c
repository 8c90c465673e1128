#include "scaling.h"

static void setup(struct task *task)
{
	task->fds[0] = task_file(task, 0, 16384);
}

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "F_SETLKW", 0, port_lock(task->fds[0], task->number));
		task_check(task, "F_UNLCK", 0, port_unlock(task->fds[0], task->number));
	}
}

static void teardown(struct task *task)
{
	port_close(task->fds[0]);
	port_unlink(task_path(task, 0));
}

SCALING_OP("one record lock and unlock of a byte in a per-task file");
BENCH_ANSWERS("will-it-scale lock1");

const struct scaling scaling = {
	.iterations = 300,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
