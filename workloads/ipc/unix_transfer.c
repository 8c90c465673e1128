#include "transfer.h"

static void setup(void)
{
	int ends[2] = { -1, -1 };

	bench_require("socketpair", port_socketpair(ends));
	transfer_begin((struct transfer_side){ .in = ends[0], .out = ends[0] },
		       (struct transfer_side){ .in = ends[1], .out = ends[1] });
}

BENCH_OP("65536 bytes through a Unix stream socket to another process");
BENCH_COUNTS("bytes");
BENCH_COVERS(
	"lmbench bw_unix; Asterinas unix_bw; LEBench send and recv of 96,000 bytes (approximate)");
BENCH_NEEDS("ipc/socketpair process/fork");
BENCH_SWEEP("128 1k 4k 16k 64k");
BENCH_AXIS("bytes per write");

const struct bench bench = TRANSFER_BENCH;
