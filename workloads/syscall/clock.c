#include "bench.h"

static uint64_t last;

static void setup(void)
{
	bench_require("clock_gettime", port_time_ns(&last));
}

static void run(uint64_t n)
{
	uint64_t now;

	while (n--) {
		bench_check("clock_gettime", 0, port_time_ns(&now));
		bench_check("the clock never steps back", 1, now >= last);
		last = now;
	}
}

BENCH_OP("one clock_gettime system call for CLOCK_MONOTONIC");
BENCH_NEEDS("time/clock_monotonic");
BENCH_NOTE("a program with a libc uses the vDSO, without entering the kernel");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
