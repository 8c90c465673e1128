#include "many.h"

static size_t size;

static void setup(void)
{
	size = many_setup();
}

static void before(uint64_t n)
{
	many_create(n, size);
	many_check(n, (int64_t)size);
}

static void run(uint64_t n)
{
	many_delete(n);
}

static void after(uint64_t n)
{
	many_check(n, -1);
}

BENCH_OP("one unlink of a file of the given size");
BENCH_COVERS("lmbench lat_fs delete; Asterinas ramfs_create_delete_files; "
	     "will-it-scale unlink1; will-it-scale unlink2; Theseus fs_delete");
BENCH_NEEDS("file/unlink");
BENCH_POINTS("0k 10k");
BENCH_AXIS("bytes in the file");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = MANY_FILES,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
};
