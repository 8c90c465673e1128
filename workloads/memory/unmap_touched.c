#include "bench.h"

#define PAGES 128
#define PAGES_MAX 65536

static void *area;

static uint64_t count(void)
{
	return bench_param(0, PAGES);
}

static void setup(void)
{
	bench_check("1 to 65536 pages", 1, count() >= 1 && count() <= PAGES_MAX);
}

static void before(uint64_t n)
{
	bench_require("mmap", port_mmap(n * PORT_PAGE_SIZE, &area));
	for (uint64_t i = 0; i < n; i++)
		((volatile char *)area)[i * PORT_PAGE_SIZE] = 1;
}

static void run(uint64_t n)
{
	bench_check("munmap", 0, port_munmap(area, n * PORT_PAGE_SIZE));
}

BENCH_OP("one touched anonymous page released by a munmap of many");
BENCH_COVERS("LEBench munmap; will-it-scale mmap2");
BENCH_NEEDS("memory/mmap_anonymous");
BENCH_SWEEP("1 10 100 500 1000 10000");
BENCH_AXIS("pages");
BENCH_NOTE("from 512 pages on, a kernel may have used huge pages");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
};
