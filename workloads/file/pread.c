#include "scratch.h"

#define SIZE 16384
#define CHUNK 4096

static int fd;
static unsigned char chunk[CHUNK];

static void setup(void)
{
	fd = scratch_create(SIZE);
	bench_check("pread", CHUNK, bench_require("pread64", port_pread(fd, chunk, CHUNK, 0)));
}

static void run(uint64_t n)
{
	while (n--) {
		uint64_t at = n % (SIZE / CHUNK) * CHUNK;

		bench_check("pread", CHUNK, port_pread(fd, chunk, CHUNK, (int64_t)at));
		bench_check("byte read", scratch_byte(at), chunk[0]);
	}
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one 4096-byte pread from a cached file");
BENCH_COVERS("will-it-scale pread1; LEBench read of 1 page; Asterinas vfs_read_pagecache_bw; "
	     "Theseus fs_read_only");
BENCH_NEEDS("file/pread");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 400,
	.repeats = BENCH_DEFAULT_REPEATS,
	.bytes = CHUNK,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
