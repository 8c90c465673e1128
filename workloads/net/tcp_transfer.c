#include "tcp.h"
#include "transfer.h"

static void setup(void)
{
	int ends[2] = { -1, -1 };

	tcp_pair(ends);
	transfer_begin((struct transfer_side){ .in = ends[0], .out = ends[0] },
		       (struct transfer_side){ .in = ends[1], .out = ends[1] });
}

BENCH_OP("65536 bytes over TCP on loopback to another process");
BENCH_COUNTS("bytes");
BENCH_COVERS("lmbench bw_tcp; Asterinas tcp_loopback_bw_64k; Asterinas tcp_loopback_bw_4k; "
	     "Asterinas tcp_loopback_bw_128");
BENCH_NEEDS("net/tcp_loopback process/fork");
BENCH_SWEEP("128 1k 4k 16k 64k");
BENCH_AXIS("bytes per write");

const struct bench bench = TRANSFER_BENCH;
