#include "readable.h"

static int epoll;

static void setup(void)
{
	readable_setup();
	epoll = (int)bench_require("epoll_create1", port_epoll_create());
	for (size_t i = 0; i < readable_count; i++)
		bench_require("epoll_ctl", port_epoll_add(epoll, readable[i]));
	bench_check("descriptors that can be read", 1, port_epoll_poll(epoll));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("descriptors that can be read", 1, port_epoll_poll(epoll));
}

BENCH_OP("one epoll_wait on a set of pipes, one of them readable");
BENCH_COVERS("LEBench epoll");
BENCH_NEEDS("ipc/epoll");
BENCH_POINTS("10 100");
BENCH_SWEEP("1 10 30 100 300 1000");
BENCH_AXIS("descriptors");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
