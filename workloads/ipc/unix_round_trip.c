#include "bench.h"
#include "echo.h"
#include "partner.h"

static int ends[2];

static int serve(void)
{
	port_close(ends[0]);
	return echo_serve(ends[1], ends[1]);
}

static void setup(void)
{
	bench_require("socketpair", port_socketpair(ends));
	partner_start(serve);
	bench_check("close", 0, port_close(ends[1]));
}

static void run(uint64_t n)
{
	echo_run(ends[0], ends[0], n);
}

static void teardown(void)
{
	bench_check("close", 0, port_close(ends[0]));
	partner_join();
}

BENCH_OP("one 1-byte round trip to another process over a Unix stream socket");
BENCH_COVERS("lmbench lat_unix; Asterinas unix_lat; LEBench send and recv of 1 byte");
BENCH_NEEDS("ipc/socketpair process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
