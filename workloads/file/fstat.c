#include "bench.h"

static int fd;
static struct port_stat st;

static void setup(void)
{
	fd = (int)bench_require("open", port_open(bench_path(), PORT_O_RDONLY));
	bench_require("fstat", port_fstat(fd, &st));
	bench_check("fstat says it is a regular file", 1, port_stat_is_regular(&st));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("fstat", 0, port_fstat(fd, &st));
}

static void teardown(void)
{
	bench_check("close", 0, port_close(fd));
}

BENCH_OP("one fstat of a regular file");
BENCH_COVERS("lmbench lat_syscall fstat; Asterinas vfs_fstat_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
