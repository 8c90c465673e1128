#include "bench.h"
#include "partner.h"
#include "transfer.h"

static int data[2], answer[2];
static size_t chunk;

static int serve(void)
{
	port_close(data[1]);
	port_close(answer[0]);
	return transfer_serve(data[0], answer[1]);
}

static void setup(void)
{
	chunk = bench_param(0, TRANSFER_BLOCK);
	bench_check("chunk of at least one byte", 1, chunk > 0);
	bench_require("pipe", port_pipe(data));
	bench_require("pipe", port_pipe(answer));
	partner_start(serve);
	bench_check("close", 0, port_close(data[0]));
	bench_check("close", 0, port_close(answer[1]));
}

static void run(uint64_t n)
{
	transfer_run(data[1], answer[0], chunk, n);
}

static void teardown(void)
{
	bench_check("close", 0, port_close(data[1]));
	partner_end();
}

BENCH_OP("65536 bytes written to a pipe and read by another process");
BENCH_ANSWERS("lmbench bw_pipe; Asterinas pipe_bw");
BENCH_NEEDS("ipc/pipe process/fork");
BENCH_SWEEP("64 256 1k 4k 16k 64k");
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
