#include "scaling.h"

static void run(struct task *task, uint64_t n)
{
	const char *path = task_path(task, 0);

	while (n--) {
		int fd = (int)port_open(path, PORT_O_CREAT | PORT_O_RDWR);

		task_check(task, "open", 1, fd >= 0);
		task_check(task, "close", 0, port_close(fd));
		task_check(task, "unlink", 0, port_unlink(path));
	}
}

SCALING_OP("one file creation, close and unlink");
BENCH_COVERS("will-it-scale unlink1; will-it-scale unlink2");

const struct scaling scaling = {
	.iterations = 40,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
