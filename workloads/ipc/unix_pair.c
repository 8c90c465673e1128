#include "bench.h"

static int ends[2];

static void setup(void)
{
	bench_require("socketpair", port_socketpair(ends));
}

static void run(uint64_t n)
{
	char sent = 0, received = 0;

	while (n--) {
		sent++;
		bench_check("write of 1 byte", 1, port_write(ends[0], &sent, 1));
		bench_check("read of 1 byte", 1, port_read(ends[1], &received, 1));
		bench_check("byte through the socket", sent, received);
	}
}

BENCH_OP("one 1-byte write and read through a Unix socket pair in the same process");
BENCH_COVERS("will-it-scale unix1");
BENCH_NEEDS("ipc/socketpair");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
