#include "bench.h"

static int fds[2];

static void setup(void)
{
	bench_require("pipe", port_pipe(fds));
}

static void run(uint64_t n)
{
	char sent = 0, received = 0;

	while (n--) {
		sent++;
		bench_check("write of 1 byte", 1, port_write(fds[1], &sent, 1));
		bench_check("read of 1 byte", 1, port_read(fds[0], &received, 1));
		bench_check("byte through the pipe", sent, received);
	}
}

static void teardown(void)
{
	char byte;

	bench_check("close of the writing end", 0, port_close(fds[1]));
	bench_check("read at the end of the pipe", 0, port_read(fds[0], &byte, 1));
	bench_check("close of the reading end", 0, port_close(fds[0]));
}

BENCH_OP("one 1-byte pipe write and read in the same process");
BENCH_COVERS("UnixBench pipe; will-it-scale pipe1; Theseus ipc (approximate)");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
