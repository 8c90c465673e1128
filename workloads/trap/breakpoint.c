#include "bench.h"

static volatile uint64_t caught;

static void handle(int signal)
{
	(void)signal;
	caught++;
}

static void setup(void)
{
	long error = port_signal(PORT_SIGTRAP, handle);

	/* Where there are no signals the kernel itself takes it. */
	if (error != -PORT_ENOSYS)
		bench_require("sigaction", error);
	bench_require("breakpoint", port_breakpoint());
	caught = 0;
}

static void run(uint64_t n)
{
	while (n--)
		port_breakpoint();
}

BENCH_OP("one breakpoint instruction and the return past it");
BENCH_NOTE("a kernel that delivers it as a signal includes the handler of the program; one without "
	   "user mode handles it itself");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 10,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
