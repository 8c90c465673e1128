#include "readable.h"

static struct port_pollfd polled[READABLE_MAX];

static void setup(void)
{
	readable_setup();
	for (size_t i = 0; i < readable_count; i++)
		port_pollfd_init(&polled[i], readable[i]);
	bench_check("descriptors that can be read", 1,
		    bench_require("poll", port_poll(polled, readable_count)));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("descriptors that can be read", 1, port_poll(polled, readable_count));
}

BENCH_OP("one poll of a set of pipes, one of them readable");
BENCH_COVERS("LEBench poll; will-it-scale poll1; will-it-scale poll2");
BENCH_NEEDS("ipc/poll");
BENCH_POINTS("10 100");
BENCH_SWEEP("1 10 30 100 300 1000");
BENCH_AXIS("descriptors");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
