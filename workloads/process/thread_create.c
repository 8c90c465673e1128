#include "bench.h"

static unsigned char stack[16384] __attribute__((aligned(16)));
static volatile uint64_t ran;

static void work(void *arg)
{
	ran += *(const uint64_t *)arg;
}

static void start_and_join(void)
{
	const uint64_t one = 1;
	uint32_t alive, seen;
	long ret = port_thread_create(work, (void *)&one, stack + sizeof(stack), &alive);

	if (BENCH_UNLIKELY(ret < 0))
		bench_require("clone of a thread", ret);
	while ((seen = __atomic_load_n(&alive, __ATOMIC_ACQUIRE)))
		port_futex_wait(&alive, seen);
}

static void setup(void)
{
	uint32_t nobody = 0;

	bench_require("futex", port_futex_wake(&nobody, 1));
	start_and_join();
	bench_check("threads that ran", 1, (int64_t)ran);
}

static void run(uint64_t n)
{
	uint64_t expected = ran + n;

	while (n--)
		start_and_join();
	bench_check("threads that ran", (int64_t)expected, (int64_t)ran);
}

BENCH_OP("one thread creation, exit and join");
BENCH_COVERS("LEBench thread create; osbench create_threads");
BENCH_NEEDS("thread/clone thread/clear_child_tid");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 60,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
