#include "bench.h"

static void *page;

static void setup(void)
{
	bench_require("mmap", port_mmap(PORT_PAGE_SIZE, &page));
	*(volatile char *)page = 1;
	bench_require("mprotect", port_mprotect(page, PORT_PAGE_SIZE, 0));
	bench_require("mprotect", port_mprotect(page, PORT_PAGE_SIZE, 1));
	*(volatile char *)page = 2;
}

static void run(uint64_t n)
{
	while (n--) {
		bench_check("mprotect", 0, port_mprotect(page, PORT_PAGE_SIZE, 0));
		bench_check("mprotect", 0, port_mprotect(page, PORT_PAGE_SIZE, 1));
	}
}

static void after(uint64_t n)
{
	(void)n;
	bench_check("the page kept its byte", 2, *(volatile char *)page);
}

BENCH_OP("two mprotect calls on a resident page, to read-only and back");
BENCH_COVERS("will-it-scale tlb_flush1 (approximate)");
BENCH_NEEDS("memory/mprotect");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 300,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.after = after,
};
