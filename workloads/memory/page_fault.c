#include "bench.h"

#define PAGES 128
#define PAGES_MAX 65536
#define MARK 0x5a

/* Under 2 MiB, the row of the table, no kernel can answer the first touch with one huge page. */
_Static_assert(PAGES *PORT_PAGE_SIZE < 2 << 20, "small pages only");

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
}

/* Written, not read: a read would be answered with a shared page of zeros and fault again. */
static void run(uint64_t n)
{
	volatile unsigned char *page = area;

	for (; n; n--, page += PORT_PAGE_SIZE)
		*page = MARK;
}

/* Each page must hold the mark and, since it was fresh, zeros up to its end. */
static void after(uint64_t n)
{
	const uint64_t *word = area;
	const size_t words = PORT_PAGE_SIZE / sizeof(*word);

	for (size_t i = 0; i < n * words; i++)
		bench_check("word of a fresh page", i % words ? 0 : MARK, (int64_t)word[i]);
	bench_check("munmap", 0, port_munmap(area, n * PORT_PAGE_SIZE));
}

BENCH_OP("one first write to a page of fresh anonymous memory");
BENCH_COVERS("LEBench page fault; will-it-scale page_fault1; "
	     "sel4bench mapping (approximate)");
BENCH_NEEDS("memory/mmap_anonymous");
BENCH_SWEEP("1 10 100 500 1000 10000");
BENCH_AXIS("pages");
BENCH_NOTE("from 512 pages on, a kernel may use huge pages");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
};
