#include "bench.h"

#define SLEEP_NS 1000u

static void setup(void)
{
	bench_require("nanosleep", port_sleep_ns(SLEEP_NS));
}

static void run(uint64_t n)
{
	uint64_t before = 0, after = 0, slept = n * SLEEP_NS;

	port_time_ns(&before);
	while (n--)
		bench_check("nanosleep", 0, port_sleep_ns(SLEEP_NS));
	port_time_ns(&after);
	bench_check("slept no shorter than asked", 1, after - before >= slept);
}

BENCH_OP("one 1-microsecond nanosleep, including the wake-up latency");
BENCH_COVERS("lmbench lat_usleep");
BENCH_NEEDS("time/nanosleep");
BENCH_NOTE("under the exact clock, idle time counts as instructions at the rate of the counter: "
	   "read it as the time until the process runs again");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 50,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
