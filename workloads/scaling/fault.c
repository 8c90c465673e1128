#include "scaling.h"

#define PAGES 64

static void run(struct task *task, uint64_t n)
{
	void *area = NULL;

	for (uint64_t page = 0; page < n; page++) {
		if (page % PAGES == 0)
			task_check(task, "mmap", 0, port_mmap(PAGES * PORT_PAGE_SIZE, &area));
		((volatile unsigned char *)area)[page % PAGES * PORT_PAGE_SIZE] = 1;
		if (page % PAGES == PAGES - 1)
			task_check(task, "munmap", 0, port_munmap(area, PAGES * PORT_PAGE_SIZE));
	}
}

SCALING_OP("one first write to a page of fresh anonymous memory, mapped and unmapped 64 pages at a "
	   "time");
BENCH_COVERS("will-it-scale page_fault1; will-it-scale mmap2; will-it-scale malloc2");

const struct scaling scaling = {
	.iterations = 512,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
