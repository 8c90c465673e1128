#include "bench.h"

/* The file is this ELF: there on every kernel, the same bytes, three components deep. */

static const char *path;
static struct port_stat st;

static void setup(void)
{
	struct port_stat by_fd;
	int fd;

	path = bench_path();
	bench_require("stat", port_stat(path, &st));
	bench_check("stat says it is a regular file", 1, port_stat_is_regular(&st));

	fd = (int)bench_require("open", port_open(path, PORT_O_RDONLY));
	bench_require("fstat", port_fstat(fd, &by_fd));
	bench_check("stat and fstat agree on the size", (int64_t)port_stat_size(&by_fd),
		    (int64_t)port_stat_size(&st));
	bench_check("stat and fstat agree on the inode", (int64_t)port_stat_inode(&by_fd),
		    (int64_t)port_stat_inode(&st));
	bench_check("close", 0, port_close(fd));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("stat", 0, port_stat(path, &st));
}

BENCH_OP("one stat of a regular file");
BENCH_COVERS("lmbench lat_syscall stat; Asterinas vfs_stat_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
