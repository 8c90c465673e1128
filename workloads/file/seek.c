#include "scratch.h"

static int fd;

static void setup(void)
{
	fd = scratch_create(8192);
	bench_check("lseek", 4096, bench_require("lseek", port_lseek(fd, 4096)));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("lseek", (int64_t)(n & 4095), port_lseek(fd, (int64_t)(n & 4095)));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one lseek in a regular file");
BENCH_COVERS("will-it-scale lseek1");
BENCH_NEEDS("file/lseek");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 2000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
