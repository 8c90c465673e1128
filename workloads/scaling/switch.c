#include "scaling.h"

static void serve(const int *there, const int *back)
{
	unsigned char byte;

	port_close(there[1]);
	while (port_read(there[0], &byte, 1) == 1 && port_write(back[1], &byte, 1) == 1)
		;
	port_exit(0);
}

static void setup(struct task *task)
{
	int there[2], back[2];
	long pid;

	task_require(task, "pipe", port_pipe(there));
	task_require(task, "pipe", port_pipe(back));
	pid = task_require(task, "fork", port_fork());
	if (pid == 0)
		serve(there, back);
	task->fds[0] = back[0];
	task->fds[1] = there[1];
}

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "write", 1, port_write(task->fds[1], task->buffer, 1));
		task_check(task, "read", 1, port_read(task->fds[0], task->buffer, 1));
	}
}

SCALING_OP("one 1-byte round trip over pipes to another process on the same CPU");
BENCH_COVERS("will-it-scale context_switch1");

const struct scaling scaling = {
	.iterations = 60,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
