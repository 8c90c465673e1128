#include "partner.h"
#include "tcp.h"
#include "transfer.h"

static int ends[2];
static size_t chunk;

static int serve(void)
{
	port_close(ends[0]);
	return transfer_serve(ends[1], ends[1]);
}

static void setup(void)
{
	chunk = bench_param(0, TRANSFER_BLOCK);
	bench_check("chunk of at least one byte", 1, chunk > 0);
	tcp_pair(ends);
	partner_start(serve);
	bench_check("close", 0, port_close(ends[1]));
}

static void run(uint64_t n)
{
	transfer_run(ends[0], ends[0], chunk, n);
}

static void teardown(void)
{
	bench_check("close", 0, port_close(ends[0]));
	partner_end();
}

BENCH_OP("65536 bytes written to a TCP connection on the loopback and read by another process");
BENCH_ANSWERS("lmbench bw_tcp; Asterinas tcp_loopback_bw_64k");
BENCH_NEEDS("net/tcp_loopback process/fork");
BENCH_SWEEP("128 1k 4k 16k 64k");
BENCH_AXIS("bytes of one write");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = TRANSFER_BLOCKS,
	.repeats = BENCH_USUAL_REPEATS,
	.bytes = TRANSFER_BLOCK,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
