#include "bench.h"

static long parent;

static void setup(void)
{
	struct port_end end;
	long self = port_getpid();
	long pid = bench_require("fork", port_fork());

	/* The call must name the true parent: ask from a child whose parent is known. */
	if (pid == 0)
		port_exit(port_getppid() != self);
	bench_check("wait for the child", pid, port_wait(pid, &end));
	bench_check("getppid in a child names its parent", 0, end.status | end.signal);
	parent = bench_require("getppid", port_getppid());
}

static void run(uint64_t n)
{
	while (n--)
		port_getppid();
}

static void after(uint64_t n)
{
	(void)n;
	bench_check("getppid stays the same", parent, port_getppid());
}

BENCH_OP("one getppid");
BENCH_ANSWERS("lmbench lat_syscall null; LEBench getpid; will-it-scale getppid1; "
	      "sel4bench hardware null syscall; Asterinas process_getppid_lat");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 2000,
	.repeats = BENCH_USUAL_REPEATS,
	.setup = setup,
	.run = run,
	.after = after,
};
