#include "scaling.h"

static void caught(int signal)
{
	(void)signal;
}

static void setup(struct task *task)
{
	task_require(task, "rt_sigaction", port_signal(PORT_SIGUSR1, caught));
}

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "tkill", 0, port_raise(PORT_SIGUSR1));
}

SCALING_OP("one signal that a task sends to itself and handles");
BENCH_COVERS("will-it-scale signal1");

const struct scaling scaling = {
	.iterations = 300,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
