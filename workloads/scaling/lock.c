#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "F_SETLKW", 0, port_record_lock(task->fds[0], task->number));
		task_check(task, "F_UNLCK", 0, port_record_unlock(task->fds[0], task->number));
	}
}

SCALING_OP("one record lock and unlock of a byte in a per-task file");
BENCH_COVERS("will-it-scale lock1");

const struct scaling scaling = {
	.iterations = 300,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
