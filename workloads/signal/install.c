#include "bench.h"

static void handle(int signal)
{
	(void)signal;
}

static void setup(void)
{
	bench_require("sigaction", port_signal(PORT_SIGUSR1, handle));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("sigaction", 0, port_signal(PORT_SIGUSR1, handle));
}

BENCH_OP("one sigaction that installs a handler");
BENCH_COVERS("lmbench lat_sig install; Asterinas signal_install_lat");
BENCH_NEEDS("signal/handler");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 1000,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
