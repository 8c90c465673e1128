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
	for (uint64_t i = 0; i < n; i++)
		bench_check("first byte of a page", scratch_byte(i * PORT_PAGE_SIZE),
			    ((const volatile unsigned char *)area)[i * PORT_PAGE_SIZE]);
}

static void run(uint64_t n)
{
	bench_check("munmap", 0, port_munmap(area, n * PORT_PAGE_SIZE));
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one page of a mapped, cached file released by a munmap of 256");
BENCH_NEEDS("memory/mmap_file");
BENCH_NOTE("lmbench includes it in the cost of a page fault");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = PAGES,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.teardown = teardown,
};
