#include "scratch.h"

#define SIZE 16384
#define CHUNK 4096

static int fd;
static unsigned char chunk[CHUNK];

static void setup(void)
{
	fd = scratch_create(SIZE);
	bench_check("pwrite", CHUNK, bench_require("pwrite64", port_pwrite(fd, chunk, CHUNK, 0)));
}

static void run(uint64_t n)
{
	while (n--) {
		uint64_t at = n % (SIZE / CHUNK) * CHUNK;

		chunk[0] = (unsigned char)n;
		bench_check("pwrite", CHUNK, port_pwrite(fd, chunk, CHUNK, (int64_t)at));
	}
}

static void after(uint64_t n)
{
	struct port_stat st;
	unsigned char byte = 0xff;

	(void)n;
	bench_check("pread", 1, port_pread(fd, &byte, 1, 0));
	bench_check("byte written last", 0, byte);
	bench_check("fstat", 0, port_fstat(fd, &st));
	bench_check("size of the file", SIZE, (int64_t)port_stat_size(&st));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one 4096-byte pwrite that overwrites a cached file");
BENCH_COVERS("will-it-scale pwrite1; LEBench write of 1 page");
BENCH_NEEDS("file/pwrite");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 400,
	.repeats = BENCH_DEFAULT_REPEATS,
	.bytes = CHUNK,
	.setup = setup,
	.run = run,
	.after = after,
	.teardown = teardown,
};
