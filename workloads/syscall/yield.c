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

const struct bench bench = {
	BENCH_ID,
	.op = "one sched_yield with nobody to yield to",
	.iterations = 1000,
	BENCH_USUAL_REPETITIONS,
	.setup = setup,
	.run = run,
};
