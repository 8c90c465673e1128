#include "scaling.h"

static void setup(struct task *task)
{
	task->fds[0] = task_file(task, 0, 16384);
}

static void run(struct task *task, uint64_t n)
{
	const char *path = task_path(task, 0);

	while (n--) {
		int fd = (int)port_open(path, PORT_O_RDWR);

		task_check(task, "open", 1, fd >= 0);
		task_check(task, "close", 0, port_close(fd));
	}
}

static void teardown(struct task *task)
{
	port_close(task->fds[0]);
	port_unlink(task_path(task, 0));
}

SCALING_OP("one open and close of a per-task file");
BENCH_ANSWERS("will-it-scale open1");

const struct scaling scaling = {
	.iterations = 250,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
