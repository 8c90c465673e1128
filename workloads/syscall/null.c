#include "bench.h"

#ifndef PORT_NULL_OP
#define PORT_NULL_OP "one getppid"
#endif

static long answer;

/* Where it is getppid it must name the true parent: asked in a child whose parent is known. */
static void check_parent(void)
{
	struct port_wait_status status;
	long self = port_getpid();
	long pid = bench_require("fork", port_fork());

	if (pid == 0)
		port_exit(port_getppid() != self);
	bench_check("wait for the child", pid, port_wait(pid, &status));
	bench_check("getppid in a child names its parent", 0, status.exit_status | status.signal);
}

static void setup(void)
{
	if (port_getppid() != -PORT_ENOSYS)
		check_parent();
	answer = bench_require("null call", port_null());
}

static void run(uint64_t n)
{
	while (n--)
		port_null();
}

static void after(uint64_t n)
{
	(void)n;
	bench_check("the answer stays the same", answer, port_null());
}

BENCH_OP(PORT_NULL_OP);
BENCH_COVERS("lmbench lat_syscall null; LEBench getpid; will-it-scale getppid1; "
	     "sel4bench hardware null syscall; Asterinas process_getppid_lat; "
	     "UnixBench syscall (approximate); Theseus null");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 2000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.after = after,
};
