#include "scaling.h"

static void run(struct task *task, uint64_t n)
{
	(void)task;
	while (n--)
		port_getppid();
}

SCALING_OP("one getppid");
BENCH_COVERS("will-it-scale getppid1");

const struct scaling scaling = {
	.iterations = 4000,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
