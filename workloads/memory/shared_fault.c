#include "../file/scratch.h"

#define PAGES 256
#define MARK 0x5a

static int fd;
static void *area;

static void setup(void)
{
	fd = scratch_create(PAGES * PORT_PAGE_SIZE);
}

static void before(uint64_t n)
{
	bench_require("shared mmap of a file",
		      port_mmap_file_shared(fd, n * PORT_PAGE_SIZE, &area));
}

static void run(uint64_t n)
{
	volatile unsigned char *page = area;

	for (; n; n--, page += PORT_PAGE_SIZE)
		*page = MARK;
}

/* What was written is in the file, and beside it nothing is: then the old bytes are put back. */
static void after(uint64_t n)
{
	unsigned char bytes[2];

	bench_check("munmap", 0, port_munmap(area, n * PORT_PAGE_SIZE));
	for (uint64_t i = 0; i < n; i++) {
		const int64_t at = (int64_t)(i * PORT_PAGE_SIZE);
		const unsigned char old = scratch_byte((uint64_t)at);

		bench_check("pread", 2, port_pread(fd, bytes, 2, at));
		bench_check("byte written to the mapping", MARK, bytes[0]);
		bench_check("byte beside it", scratch_byte((uint64_t)at + 1), bytes[1]);
		bench_check("pwrite", 1, port_pwrite(fd, &old, 1, at));
	}
}

static void teardown(void)
{
	scratch_remove(fd);
}

BENCH_OP("one first write to a page of a shared mapping of a cached file");
BENCH_COVERS("will-it-scale page_fault3; will-it-scale tlb_flush3 (approximate)");
BENCH_NEEDS("memory/map_shared");

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
