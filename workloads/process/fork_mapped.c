#include "bench.h"

/* As fork_exit_wait, with PAGES more pages to share: what each page adds to a fork. */

#define PAGES 500
#define MARK 0x33

_Static_assert(PAGES * PORT_PAGE_SIZE < 2 << 20, "small pages only");

static volatile unsigned char *area;

static void setup(void)
{
	void *fresh = NULL;

	bench_require("mmap", port_map(PAGES * PORT_PAGE_SIZE, &fresh));
	area = fresh;
	for (size_t i = 0; i < PAGES; i++)
		area[i * PORT_PAGE_SIZE] = MARK;
}

static void run(uint64_t n)
{
	while (n--) {
		struct port_end end;
		long pid = port_fork();

		if (pid == 0)
			port_exit(area[(PAGES - 1) * PORT_PAGE_SIZE]);
		if (BENCH_UNLIKELY(pid < 0))
			bench_wrong("fork", 0, pid);
		bench_check("wait", pid, port_wait(pid, &end));
		bench_check("what the child read in the last page", MARK, end.status);
	}
}

BENCH_OP("one fork with 500 more pages in memory, the child's exit and the wait for it");
BENCH_ANSWERS("LEBench fork with many mapped pages");

const struct bench bench = {
	BENCH_ID,
	.iterations = 16,
	BENCH_USUAL_REPETITIONS,
	.setup = setup,
	.run = run,
};
