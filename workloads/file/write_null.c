#include "bench.h"

static int fd;

static void setup(void)
{
	fd = (int)bench_require("/dev/null", port_open("/dev/null", PORT_O_WRONLY));
}

static void run(uint64_t n)
{
	const char byte = 'r';

	while (n--)
		bench_check("write of 1 byte", 1, port_write(fd, &byte, 1));
}

static void teardown(void)
{
	char byte;

	/* What was written is gone: /dev/null reads as an empty file. */
	bench_check("close", 0, port_close(fd));
	fd = (int)bench_require("/dev/null to read", port_open("/dev/null", PORT_O_RDONLY));
	bench_check("read of /dev/null", 0, port_read(fd, &byte, 1));
	bench_check("close", 0, port_close(fd));
}

BENCH_OP("one 1-byte write to /dev/null");
BENCH_COVERS("lmbench lat_syscall write; Asterinas vfs_write_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 2000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
