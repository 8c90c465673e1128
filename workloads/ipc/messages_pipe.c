#include "messages.h"

static void channel_make(int ends[2])
{
	bench_require("pipe", port_pipe(ends));
}

BENCH_OP("one 100-byte message over a pipe, from one of 10 senders to one of 10 receivers");
BENCH_COUNTS("messages");
BENCH_COVERS("hackbench with processes and pipes; Asterinas hackbench; "
	     "sel4bench producer and consumer (approximate)");
BENCH_NEEDS("ipc/pipe process/fork");
BENCH_SWEEP("1x2 1x5 1x10 1x20 2x10 4x10");
BENCH_AXIS("groups x senders per group");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
};
