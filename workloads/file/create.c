#include "many.h"

static size_t size;

static void setup(void)
{
	size = many_setup();
}

static void run(uint64_t n)
{
	many_create(n, size);
}

static void after(uint64_t n)
{
	many_check(n, (int64_t)size);
	many_delete(n);
}

BENCH_OP("one file creation, a write of the given size and close");
BENCH_COVERS("lmbench lat_fs create; Asterinas ramfs_create_delete_files; "
	     "osbench create_files; Theseus fs_create");
BENCH_NEEDS("file/create");
BENCH_POINTS("0k 10k");
BENCH_AXIS("bytes in the file");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = MANY_FILES,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.after = after,
};
