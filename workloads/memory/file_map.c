#include "../file/scratch.h"

#define SIZE (4u << 20)
#define STEP 16384

static int fd;

static void setup(void)
{
	void *area = NULL;

	fd = scratch_create(SIZE);
	bench_require("mmap of a file", port_mmap_file(fd, SIZE, &area));
	bench_require("munmap", port_munmap(area, SIZE));
}

static void run(uint64_t n)
{
	while (n--) {
		void *area = NULL;

		bench_check("mmap of a file", 0, port_mmap_file(fd, SIZE, &area));
		for (size_t at = 0; at < SIZE; at += STEP)
			bench_check("byte of the file", scratch_byte(at),
				    ((const volatile unsigned char *)area)[at]);
		bench_check("munmap", 0, port_munmap(area, SIZE));
	}
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one mmap of 4 MiB of a cached file, one byte read per 16 KiB, and munmap");
BENCH_COVERS("lmbench lat_mmap; Asterinas mem_mmap_lat; lmbench bw_mmap_rd open2close; "
	     "Asterinas mem_mmap_bw");
BENCH_NEEDS("memory/mmap_file");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 8,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
