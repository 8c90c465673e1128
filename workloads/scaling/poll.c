#include "scaling.h"

static void setup(struct task *task)
{
	task_require(task, "pipe", port_pipe(task->fds));
	task_check(task, "write", 1, port_write(task->fds[1], task->buffer, 1));
}

static void run(struct task *task, uint64_t n)
{
	struct port_pollfd polled;

	port_pollfd_init(&polled, task->fds[0]);
	while (n--)
		task_check(task, "poll", 1, port_poll(&polled, 1));
}

SCALING_OP("one poll of a readable pipe");
BENCH_COVERS("will-it-scale poll1; will-it-scale poll2");

const struct scaling scaling = {
	.iterations = 1000,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
