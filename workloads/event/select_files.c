#include "../file/scratch.h"

#define FILES_MAX 1000

static struct port_fd_set set;
static int64_t files;
static int fd;

static void setup(void)
{
	files = (int64_t)bench_param(0, 10);
	bench_check("1 to 1000 descriptors", 1, files >= 1 && files <= FILES_MAX);
	fd = scratch_create(PORT_PAGE_SIZE);
	for (int64_t i = 0; i < files; i++)
		port_select_add(&set, (int)bench_require("dup", port_dup(fd)));
	bench_check("descriptors that can be read", files,
		    bench_require("select", port_select(&set)));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("descriptors that can be read", files, port_select(&set));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one select on duplicates of a regular file descriptor, all readable");
BENCH_COVERS("lmbench lat_select file");
BENCH_NEEDS("ipc/select");
BENCH_POINTS("10 100");
BENCH_AXIS("descriptors");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
