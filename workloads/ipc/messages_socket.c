#include "messages.h"

static void channel_make(int ends[2])
{
	bench_require("socketpair", port_socketpair(ends));
}

BENCH_OP("one 100-byte message over a socket, from one of 10 senders to one of 10 receivers");
BENCH_COUNTS("messages");
BENCH_COVERS("hackbench with processes and sockets; Asterinas hackbench");
BENCH_NEEDS("ipc/socketpair process/fork");
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
