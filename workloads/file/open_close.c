#include "bench.h"

/* The file is this ELF: there on every kernel, the same bytes, three components deep. */

static const char *path;

static void setup(void)
{
	char magic[4];
	int fd;

	path = bench_path();
	fd = (int)bench_require("open", port_open(path, PORT_O_RDONLY));
	bench_check("read of 4 bytes", sizeof(magic), port_read(fd, magic, sizeof(magic)));
	bench_check("ELF magic, first byte", 0x7f, magic[0]);
	bench_check("ELF magic, second byte", 'E', magic[1]);
	bench_check("close", 0, port_close(fd));
}

static void run(uint64_t n)
{
	while (n--) {
		long fd = port_open(path, PORT_O_RDONLY);

		if (BENCH_UNLIKELY(fd < 0))
			bench_wrong("open", 0, fd);
		bench_check("close", 0, port_close((int)fd));
	}
}

BENCH_OP("one open and close of a regular file");
BENCH_COVERS("lmbench lat_syscall open; will-it-scale open1; Asterinas vfs_open_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
