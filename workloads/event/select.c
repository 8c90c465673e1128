#include "readable.h"

static struct port_fd_set set;

static void setup(void)
{
	readable_setup();
	for (size_t i = 0; i < readable_count; i++)
		port_select_add(&set, readable[i]);
	bench_check("descriptors that can be read", 1, bench_require("select", port_select(&set)));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("descriptors that can be read", 1, port_select(&set));
}

BENCH_OP("one select on a set of pipes, one of them readable");
BENCH_COVERS("LEBench select; Asterinas vfs_select_lat");
BENCH_NEEDS("ipc/select");
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
