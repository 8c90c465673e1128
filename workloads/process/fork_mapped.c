#include "bench.h"

/* As fork_exit_wait, with PAGES more pages to share: what each page adds to a fork. */

#define PAGES 500
#define PAGES_MAX 65536
#define MARK 0x33

_Static_assert(PAGES *PORT_PAGE_SIZE < 2 << 20, "small pages only in the row of the table");

static uint64_t pages;
static volatile unsigned char *area;

/* Fewer forks of larger processes: a repetition stays about as long. */
static uint64_t count(void)
{
	return bench_param(0, PAGES) <= PAGES ? 16 : 2;
}

static void setup(void)
{
	void *fresh = NULL;

	pages = bench_param(0, PAGES);
	bench_check("1 to 65536 pages", 1, pages >= 1 && pages <= PAGES_MAX);
	bench_require("mmap", port_mmap(pages * PORT_PAGE_SIZE, &fresh));
	area = fresh;
	for (size_t i = 0; i < pages; i++)
		area[i * PORT_PAGE_SIZE] = MARK;
}

static void run(uint64_t n)
{
	while (n--) {
		struct port_wait_status status;
		long pid = port_fork();

		if (pid == 0)
			port_exit(area[(pages - 1) * PORT_PAGE_SIZE]);
		if (BENCH_UNLIKELY(pid < 0))
			bench_wrong("fork", 0, pid);
		bench_check("wait", pid, port_wait(pid, &status));
		bench_check("what the child read in the last page", MARK, status.exit_status);
	}
}

BENCH_OP("one fork with 500 extra resident pages (or as many as given), exit and wait");
BENCH_COVERS("LEBench fork with 6,000 pages; LEBench fork with 12,000 pages");
BENCH_NEEDS("process/fork memory/mmap_anonymous");
BENCH_SWEEP("1 10 100 500 1000 6000 12000");
BENCH_AXIS("pages");
BENCH_NOTE("from 512 pages on, a kernel may have used huge pages, which take fewer page-table "
	   "entries to copy");

const struct bench bench = {
	.id = BENCH_ID,
	.count = count,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
