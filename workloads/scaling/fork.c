#include "scaling.h"

static void run(struct task *task, uint64_t n)
{
	struct port_wait_status status;

	while (n--) {
		long pid = port_fork();

		if (pid == 0)
			port_exit(0);
		task_check(task, "fork", 1, pid > 0);
		task_check(task, "wait", pid, port_wait(pid, &status));
		task_check(task, "status", 0, status.exit_status | status.signal);
	}
}

SCALING_OP("one fork, exit and wait");
BENCH_COVERS("UnixBench spawn");

const struct scaling scaling = {
	.iterations = 12,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
