#include "scratch.h"

#define BLOCK 65536
#define BLOCKS 16

static int fd;
static size_t chunk;
static unsigned char data[BLOCK];

static void setup(void)
{
	chunk = bench_param(0, BLOCK);
	bench_check("chunk of 1 to 64k bytes that divides 64k", 1,
		    chunk >= 1 && chunk <= BLOCK && BLOCK % chunk == 0);
	fd = scratch_create(BLOCK * BLOCKS);
}

static void before(uint64_t n)
{
	(void)n;
	bench_check("lseek", 0, bench_require("lseek", port_lseek(fd, 0)));
}

static void run(uint64_t n)
{
	for (uint64_t block = 0; block < n; block++) {
		for (size_t have = 0; have < BLOCK; have += chunk)
			bench_check("read", (int64_t)chunk, port_read(fd, data + have, chunk));
		bench_check("first byte", scratch_byte(block * BLOCK), data[0]);
		bench_check("last byte", scratch_byte(block * BLOCK + BLOCK - 1), data[BLOCK - 1]);
	}
}

static void after(uint64_t n)
{
	(void)n;
	bench_check("read at the end of the file", 0, port_read(fd, data, 1));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("65536 bytes read from a cached file");
BENCH_COUNTS("bytes");
BENCH_COVERS("lmbench bw_file_rd io_only; UnixBench fstime; will-it-scale read1; "
	     "LEBench read of 10 pages; Asterinas vfs_read_pagecache_bw");
BENCH_NEEDS("file/read_write");
BENCH_SWEEP("512 1k 4k 16k 64k");
BENCH_AXIS("bytes per read");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = BLOCKS,
	.repeats = BENCH_DEFAULT_REPEATS,
	.bytes = BLOCK,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
	.teardown = teardown,
};
