#include "bench.h"

static int fd;

static void setup(void)
{
	fd = (int)bench_require("open", port_open(bench_path(), PORT_O_RDONLY));
	bench_check("close of a duplicate", 0, port_close((int)bench_require("dup", port_dup(fd))));
}

static void run(uint64_t n)
{
	while (n--) {
		/* The lowest free number is the one after the original, every time. */
		bench_check("dup", fd + 1, port_dup(fd));
		bench_check("close", 0, port_close(fd + 1));
	}
}

static void teardown(void)
{
	bench_check("close", 0, port_close(fd));
}

BENCH_OP("one dup and close of the new descriptor");
BENCH_COVERS("will-it-scale dup1; UnixBench syscall (approximate)");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
