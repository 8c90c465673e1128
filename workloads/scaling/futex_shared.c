#include "scaling.h"

static void setup(struct task *task)
{
	task->word = scaling_shared();
	task_require(task, "futex", port_futex_wake(task->word, 1));
}

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "FUTEX_WAIT", -PORT_EAGAIN, port_futex_wait(task->word, 1));
}

SCALING_OP("one wait on a shared futex whose value differs, which returns at once");
BENCH_COVERS("will-it-scale futex3; will-it-scale futex4");

const struct scaling scaling = {
	.iterations = 2000,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
