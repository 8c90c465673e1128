#include "bench.h"
#include "partner.h"

enum { THERE, BACK, SEMAPHORES };

static long set;
static int *ended;

static int serve(void)
{
	for (;;) {
		if (port_semaphore(set, THERE, -1) != 0)
			return 1;
		if (*(volatile int *)ended)
			return 0;
		if (port_semaphore(set, BACK, 1) != 0)
			return 1;
	}
}

static void setup(void)
{
	void *shared = NULL;

	bench_require("shared mmap", port_map_shared(PORT_PAGE_SIZE, &shared));
	ended = shared;
	set = bench_require("semget", port_semaphores(SEMAPHORES));
	partner_start(serve);
}

static void run(uint64_t n)
{
	while (n--) {
		bench_check("semop, up", 0, port_semaphore(set, THERE, 1));
		bench_check("semop, down", 0, port_semaphore(set, BACK, -1));
	}
}

static void teardown(void)
{
	*(volatile int *)ended = 1;
	bench_check("semop, up", 0, port_semaphore(set, THERE, 1));
	partner_end();
	bench_check("semctl, remove", 0, port_semaphores_remove(set));
}

BENCH_OP("one semaphore raised for another process and another waited for, and the same there");
BENCH_ANSWERS("lmbench lat_sem; Asterinas semaphore_lat");
BENCH_NEEDS("ipc/sysv_semaphore memory/shared_anonymous process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_USUAL_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
