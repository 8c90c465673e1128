#include "bench.h"
#include "partner.h"

enum { OURS, THEIRS, SEMAPHORES };

static long set;
static int *ended;

/* Takes the turn when it comes and passes it on, in one call. */
static int serve(void)
{
	while (!*(volatile int *)ended) {
		if (port_semaphore_pass(set, THEIRS, OURS) != 0)
			return 1;
	}
	return 0;
}

static void setup(void)
{
	void *shared = NULL;

	bench_require("shared mmap", port_map_shared(PORT_PAGE_SIZE, &shared));
	ended = shared;
	set = bench_require("semget", port_semaphores(SEMAPHORES));
	bench_check("semop, up", 0, bench_require("semop", port_semaphore(set, OURS, 1)));
	partner_start(serve);
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("semop", 0, port_semaphore_pass(set, OURS, THEIRS));
}

static void teardown(void)
{
	/* Where the partner is to end it has the turn neither before nor after. */
	bench_check("semop, down", 0, port_semaphore(set, OURS, -1));
	*(volatile int *)ended = 1;
	bench_check("semop, up", 0, port_semaphore(set, THEIRS, 1));
	partner_end();
	bench_check("semctl, remove", 0, port_semaphores_remove(set));
}

BENCH_OP("one round trip between two processes through System V semaphores, one semop each way");
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
