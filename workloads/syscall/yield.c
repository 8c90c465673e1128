#include "bench.h"

static void setup(void)
{
	bench_require("sched_yield", port_yield());
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("sched_yield", 0, port_yield());
}

BENCH_OP("one sched_yield with no other runnable process");
BENCH_COVERS("will-it-scale sched_yield; sel4bench yield (approximate)");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
