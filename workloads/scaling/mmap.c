#include "scaling.h"

#define SIZE (128 * 1024)

static void run(struct task *task, uint64_t n)
{
	void *area = NULL;

	while (n--) {
		task_check(task, "mmap", 0, port_mmap(SIZE, &area));
		task_check(task, "munmap", 0, port_munmap(area, SIZE));
	}
}

SCALING_OP("one mmap and munmap of 128 KiB of untouched anonymous memory");
BENCH_COVERS("will-it-scale mmap1; will-it-scale brk1; will-it-scale malloc1");

const struct scaling scaling = {
	.iterations = 500,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
