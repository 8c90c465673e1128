#include "bench.h"

static void setup(void)
{
	void *page = NULL;

	/* What comes back must be memory, zeroed and writable. */
	bench_require("mmap", port_mmap(PORT_PAGE_SIZE, &page));
	bench_check("alignment of a mapping", 0, (int64_t)((uintptr_t)page % PORT_PAGE_SIZE));
	bench_check("first byte of a fresh page", 0, *(volatile char *)page);
	*(volatile char *)page = 1;
	bench_check("byte written", 1, *(volatile char *)page);
	bench_require("munmap", port_munmap(page, PORT_PAGE_SIZE));
}

static void run(uint64_t n)
{
	while (n--) {
		void *page = NULL;

		bench_check("mmap", 0, port_mmap(PORT_PAGE_SIZE, &page));
		bench_check("munmap", 0, port_munmap(page, PORT_PAGE_SIZE));
	}
}

BENCH_OP("one mmap and munmap of an untouched anonymous page");
BENCH_COVERS("LEBench mmap; will-it-scale mmap1; Theseus memory_map");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 500,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
