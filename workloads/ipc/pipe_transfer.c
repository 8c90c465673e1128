#include "transfer.h"

static void setup(void)
{
	int data[2] = { -1, -1 }, answer[2] = { -1, -1 };

	bench_require("pipe", port_pipe(data));
	bench_require("pipe", port_pipe(answer));
	transfer_begin((struct transfer_side){ .in = answer[0], .out = data[1] },
		       (struct transfer_side){ .in = data[0], .out = answer[1] });
}

BENCH_OP("65536 bytes through a pipe to another process");
BENCH_COUNTS("bytes");
BENCH_COVERS("lmbench bw_pipe; Asterinas pipe_bw");
BENCH_NEEDS("ipc/pipe process/fork");
BENCH_SWEEP("64 256 1k 4k 16k 64k");
BENCH_AXIS("bytes per write");

const struct bench bench = TRANSFER_BENCH;
