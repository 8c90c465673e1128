#include "bench.h"

/*
 * Before each repetition a child is forked that shares every page and stays until the parent's
 * writes are done, so each of them must copy a page. Then the child looks at its own pages.
 */

#define PAGES 128
#define BEFORE_FORK 0x11
#define AFTER_FORK 0x22

_Static_assert(PAGES *PORT_PAGE_SIZE < 2 << 20, "small pages only");

static volatile unsigned char *area;
static int release[2];
static long sharer;

static unsigned char *page_at(uint64_t i)
{
	return (unsigned char *)area + i * PORT_PAGE_SIZE;
}

static _Noreturn void sharer_run(uint64_t n)
{
	char byte;

	port_close(release[1]);
	port_read(release[0], &byte, 1);
	for (uint64_t i = 0; i < n; i++) {
		if (*page_at(i) != BEFORE_FORK)
			port_exit(1);
	}
	port_exit(0);
}

static void before(uint64_t n)
{
	void *fresh = NULL;

	bench_require("mmap", port_mmap(n * PORT_PAGE_SIZE, &fresh));
	area = fresh;
	for (uint64_t i = 0; i < n; i++)
		*page_at(i) = BEFORE_FORK;
	bench_require("pipe", port_pipe(release));
	sharer = bench_require("fork", port_fork());
	if (sharer == 0)
		sharer_run(n);
	bench_check("close", 0, port_close(release[0]));
}

static void run(uint64_t n)
{
	volatile unsigned char *page = area;

	for (; n; n--, page += PORT_PAGE_SIZE)
		*page = AFTER_FORK;
}

static void after(uint64_t n)
{
	struct port_wait_status status;

	/* The end of the pipe is what lets the child go on. */
	bench_check("close", 0, port_close(release[1]));
	bench_check("wait", sharer, port_wait(sharer, &status));
	bench_check("child's pages are as they were at the fork", 0,
		    status.exit_status | status.signal);
	for (uint64_t i = 0; i < n; i++)
		bench_check("parent's own page", AFTER_FORK, *page_at(i));
	bench_check("munmap", 0, port_munmap((void *)area, n * PORT_PAGE_SIZE));
}

BENCH_OP("one first write to a page shared with a forked child");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = PAGES,
	.repeats = BENCH_DEFAULT_REPEATS,
	.before = before,
	.run = run,
	.after = after,
};
