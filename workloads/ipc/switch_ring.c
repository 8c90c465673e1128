#include "ring.h"

static uint64_t ring_processes(void)
{
	return bench_param(0, 2);
}

static uint64_t ring_set(void)
{
	return 0;
}

BENCH_OP("one byte passed to the next process in a ring of pipes");
BENCH_COVERS("lmbench lat_ctx -s 0; Asterinas process_ctx_lat; will-it-scale context_switch1");
BENCH_NEEDS("ipc/pipe process/fork");
BENCH_POINTS("2 8 16");
BENCH_SWEEP("2 4 8 16 32 64 96");
BENCH_AXIS("processes");
BENCH_NOTE("lmbench subtracts the cost of the pipe; here it is included");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
