#include "bench.h"

static void run(uint64_t n)
{
	while (n--) {
		struct port_wait_status status;
		long pid = port_fork();

		if (pid == 0)
			port_exit(7);
		if (BENCH_UNLIKELY(pid < 0))
			bench_wrong("fork", 0, pid);
		bench_check("wait", pid, port_wait(pid, &status));
		bench_check("exit status of the child", 7, status.exit_status);
	}
}

static void setup(void)
{
	struct port_wait_status status;
	static volatile int mine = 1;
	long pid = bench_require("fork", port_fork());

	/* The child's memory must be a copy: what it writes may not be seen here. */
	if (pid == 0) {
		mine = 2;
		port_exit(mine);
	}
	bench_check("wait", pid, port_wait(pid, &status));
	bench_check("child saw its own write", 2, status.exit_status);
	bench_check("parent saw the child's write", 1, mine);
}

BENCH_OP("one fork of a small static process, exit and wait");
BENCH_COVERS("lmbench lat_proc fork; Asterinas process_fork_lat; LEBench fork; "
	     "UnixBench spawn; osbench create_processes");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 32,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
