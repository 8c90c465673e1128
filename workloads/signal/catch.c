#include "bench.h"

static volatile uint64_t caught;
static long self;

static void handle(int signal)
{
	if (signal == PORT_SIGUSR1)
		caught++;
}

static void setup(void)
{
	self = port_getpid();
	bench_require("sigaction", port_signal(PORT_SIGUSR1, handle));
	bench_require("kill", port_kill(self, PORT_SIGUSR1));
	bench_check("signals caught", 1, (int64_t)caught);
}

static void run(uint64_t n)
{
	uint64_t expected = caught + n;

	while (n--)
		bench_check("kill", 0, port_kill(self, PORT_SIGUSR1));
	bench_check("signals caught", (int64_t)expected, (int64_t)caught);
}

BENCH_OP("one signal sent to the calling process, its handler and the return from it");
BENCH_COVERS("lmbench lat_sig catch; Asterinas signal_catch_lat; will-it-scale signal1");
BENCH_NEEDS("signal/handler");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 300,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
