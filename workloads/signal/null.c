#include "bench.h"

static long self;

static void setup(void)
{
	self = port_getpid();
	bench_require("kill", port_kill(self, 0));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("kill", 0, port_kill(self, 0));
}

BENCH_OP("one kill with signal 0, which only checks permission");
BENCH_NOTE("lmbench subtracts it from the cost of catching a signal");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
