#include "ring.h"

static uint64_t ring_processes(void)
{
	return 8;
}

static uint64_t ring_set(void)
{
	return bench_param(0, 16 << 10);
}

BENCH_OP("one byte passed to the next process in a ring of 8, each reading a working set");
BENCH_COVERS("lmbench lat_ctx -s");
BENCH_NEEDS("ipc/pipe process/fork");
BENCH_POINTS("16k 64k");
BENCH_SWEEP("0k 1k 4k 16k 32k 64k");
BENCH_AXIS("bytes of working set");
BENCH_NOTE("the exact clock models no caches: the working set costs only the instructions that "
	   "read it");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
