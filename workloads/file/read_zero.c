#include "bench.h"

static int fd;

static void setup(void)
{
	fd = (int)bench_require("/dev/zero", port_open("/dev/zero", PORT_O_RDONLY));
}

static void run(uint64_t n)
{
	while (n--) {
		char byte = 1;

		bench_check("read of 1 byte", 1, port_read(fd, &byte, 1));
		bench_check("byte read from /dev/zero", 0, byte);
	}
}

static void teardown(void)
{
	bench_check("close", 0, port_close(fd));
}

BENCH_OP("one 1-byte read from /dev/zero");
BENCH_COVERS("lmbench lat_syscall read; Asterinas vfs_read_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 2000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
