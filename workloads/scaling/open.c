#include "file.h"

static void run(struct task *task, uint64_t n)
{
	const char *path = task_path(task, FILE_SHARED);

	while (n--) {
		int fd = (int)port_open(path, PORT_O_RDWR);

		task_check(task, "open", 1, fd >= 0);
		task_check(task, "close", 0, port_close(fd));
	}
}

SCALING_OP("one open and close of a per-task file");
BENCH_COVERS("will-it-scale open1");

const struct scaling scaling = {
	.iterations = 250,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
