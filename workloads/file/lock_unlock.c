#include "scratch.h"

static int fd;

static void setup(void)
{
	fd = scratch_create(0);
	bench_require("fcntl, lock", port_record_lock(fd, 0));
	bench_require("fcntl, unlock", port_record_unlock(fd, 0));
}

static void run(uint64_t n)
{
	while (n--) {
		bench_check("fcntl, lock", 0, port_record_lock(fd, 0));
		bench_check("fcntl, unlock", 0, port_record_unlock(fd, 0));
	}
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one uncontended record lock, acquired and released");
BENCH_COVERS("will-it-scale lock1; will-it-scale lock2");
BENCH_NEEDS("file/record_lock");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
