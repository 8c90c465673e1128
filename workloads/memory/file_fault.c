#include "../file/scratch.h"

#define PAGES 256

static int fd;
static void *area;

static void setup(void)
{
	fd = scratch_create(PAGES * PORT_PAGE_SIZE);
}

static void before(uint64_t n)
{
	bench_require("mmap of a file", port_mmap_file(fd, n * PORT_PAGE_SIZE, &area));
}

static void run(uint64_t n)
{
	const volatile unsigned char *bytes = area;

	for (uint64_t i = 0; i < n; i++)
		bench_check("first byte of a page", scratch_byte(i * PORT_PAGE_SIZE),
			    bytes[i * PORT_PAGE_SIZE]);
}

static void after(uint64_t n)
{
	bench_check("munmap", 0, port_munmap(area, n * PORT_PAGE_SIZE));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one first read of a page of a mapped, cached file, in file order");
BENCH_COVERS("lmbench lat_pagefault; Asterinas mem_pagefault_lat; will-it-scale page_fault2 "
	     "(approximate)");
BENCH_NEEDS("memory/mmap_file");
BENCH_NOTE("a kernel that maps neighbouring pages at a fault (fault-around) takes fewer faults "
	   "than pages");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = PAGES,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
	.teardown = teardown,
};
