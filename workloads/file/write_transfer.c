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
	data[0]++;
}

static void run(uint64_t n)
{
	while (n--) {
		for (size_t done = 0; done < BLOCK; done += chunk)
			bench_check("write", (int64_t)chunk, port_write(fd, data + done, chunk));
	}
}

static void after(uint64_t n)
{
	unsigned char byte;

	for (uint64_t i = 0; i < n; i++) {
		bench_check("pread", 1, port_pread(fd, &byte, 1, (int64_t)(i * BLOCK)));
		bench_check("first byte of a block", data[0], byte);
	}
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("65536 bytes overwritten in a cached file");
BENCH_COUNTS("bytes");
BENCH_COVERS("UnixBench fstime; will-it-scale write1; LEBench write of 10 pages");
BENCH_NEEDS("file/read_write");
BENCH_SWEEP("512 1k 4k 16k 64k");
BENCH_AXIS("bytes per write");

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
