#include "scaling.h"

static void setup(struct task *task)
{
	void *area = NULL;

	task_require(task, "mmap", port_mmap(PORT_PAGE_SIZE, &area));
	task->area = area;
	task->area[0] = 1;
}

static void run(struct task *task, uint64_t n)
{
	while (n--) {
		task_check(task, "mprotect", 0, port_mprotect(task->area, PORT_PAGE_SIZE, 0));
		task_check(task, "mprotect", 0, port_mprotect(task->area, PORT_PAGE_SIZE, 1));
		task->area[0]++;
	}
}

SCALING_OP("two mprotect calls on a resident page, to read-only and back");
BENCH_COVERS("will-it-scale tlb_flush1; will-it-scale tlb_flush2");
BENCH_NOTE("threads share an address space, so other CPUs must flush their TLBs");

const struct scaling scaling = {
	.iterations = 300,
	.setup = setup,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
