#include "bench.h"

static char *end;

static void setup(void)
{
	long at = bench_require("brk", port_brk(NULL));

	end = (char *)at;
	bench_check("brk up by a page", at + PORT_PAGE_SIZE,
		    bench_require("brk", port_brk(end + PORT_PAGE_SIZE)));
	*(volatile char *)end = 1;
	bench_check("brk back", at, bench_require("brk", port_brk(end)));
}

static void run(uint64_t n)
{
	while (n--) {
		bench_check("brk up by a page", (int64_t)(intptr_t)(end + PORT_PAGE_SIZE),
			    port_brk(end + PORT_PAGE_SIZE));
		bench_check("brk back", (int64_t)(intptr_t)end, port_brk(end));
	}
}

BENCH_OP("two brk calls, up by one page and back, the page untouched");
BENCH_COVERS("will-it-scale brk1; will-it-scale brk2; osbench mem_alloc (approximate)");
BENCH_NEEDS("memory/brk");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 300,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
