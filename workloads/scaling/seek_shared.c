#include "scaling.h"

static void setup(struct task *task)
{
	task->fds[0] = task_file(task, 1, 16384);
}

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "lseek", 100, port_seek(task->fds[0], 100));
}

static void teardown(struct task *task)
{
	port_close(task->fds[0]);
	if (task->number == 0)
		port_unlink(task_path(task, 1));
}

SCALING_OP("one lseek in a shared file");
BENCH_ANSWERS("will-it-scale lseek2");

const struct scaling scaling = {
	.iterations = 3000,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
