#include "bench.h"

/*
 * One write to a page that only can be read faults again each time the handler returns, until the
 * last of the faults, whose handler makes the page writable.
 */

static void *page;
static volatile uint64_t left;

static void handle(int signal)
{
	(void)signal;
	if (--left == 0 && port_mprotect(page, PORT_PAGE_SIZE, 1) != 0)
		port_exit(1);
}

static void setup(void)
{
	bench_require("mmap", port_mmap(PORT_PAGE_SIZE, &page));
	*(volatile char *)page = 1;
	bench_require("sigaction", port_signal(PORT_SIGSEGV, handle));
}

static void before(uint64_t n)
{
	left = n;
	bench_require("mprotect", port_mprotect(page, PORT_PAGE_SIZE, 0));
}

static void run(uint64_t n)
{
	(void)n;
	*(volatile char *)page = 2;
}

static void after(uint64_t n)
{
	(void)n;
	bench_check("faults left", 0, (int64_t)left);
	bench_check("byte written in the end", 2, *(volatile char *)page);
	*(volatile char *)page = 1;
}

BENCH_OP("one write to a read-only page, the SIGSEGV handler and the return from it");
BENCH_COVERS("lmbench lat_sig prot; Asterinas signal_prot_lat; sel4bench fault round trip "
	     "(approximate)");
BENCH_NEEDS("signal/segv memory/mprotect");
BENCH_NOTE("lmbench subtracts the cost of catching a signal; here it is included");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 300,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.before = before,
	.run = run,
	.after = after,
};
