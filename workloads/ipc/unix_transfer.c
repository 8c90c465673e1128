#include "bench.h"
#include "partner.h"
#include "transfer.h"

static int ends[2];

static int serve(void)
{
	port_close(ends[0]);
	return transfer_serve(ends[1], ends[1]);
}

static void setup(void)
{
	bench_require("socketpair", port_socketpair(ends));
	partner_start(serve);
	bench_check("close", 0, port_close(ends[1]));
}

static void run(uint64_t n)
{
	transfer_run(ends[0], ends[0], TRANSFER_BLOCK, n);
}

static void teardown(void)
{
	bench_check("close", 0, port_close(ends[0]));
	partner_end();
}

BENCH_OP("65536 bytes written to a local socket and read by another process");
BENCH_ANSWERS("lmbench bw_unix; Asterinas unix_bw");
BENCH_NEEDS("ipc/socketpair process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = TRANSFER_BLOCKS,
	.repeats = BENCH_USUAL_REPEATS,
	.bytes = TRANSFER_BLOCK,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
