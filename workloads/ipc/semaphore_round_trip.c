#include "bench.h"
#include "partner.h"

enum { OURS, THEIRS, SEMAPHORES };

static long set;
static int *ended;

/* Takes the turn when it comes and passes it on, in one call. */
static int serve(void)
{
	while (!*(volatile int *)ended) {
		if (port_sem_transfer(set, THEIRS, OURS) != 0)
			return 1;
	}
	return 0;
}

static void setup(void)
{
	void *shared = NULL;

	bench_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &shared));
	ended = shared;
	set = bench_require("semget", port_sem_create(SEMAPHORES));
	bench_check("semop, up", 0, bench_require("semop", port_sem_add(set, OURS, 1)));
	partner_start(serve);
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("semop", 0, port_sem_transfer(set, OURS, THEIRS));
}

static void teardown(void)
{
	/* Where the partner is to end it has the turn neither before nor after. */
	bench_check("semop, down", 0, port_sem_add(set, OURS, -1));
	*(volatile int *)ended = 1;
	bench_check("semop, up", 0, port_sem_add(set, THEIRS, 1));
	partner_join();
	bench_check("semctl, remove", 0, port_sem_remove(set));
}

BENCH_OP("one round trip between two processes through System V semaphores, one semop each way");
BENCH_COVERS("lmbench lat_sem; Asterinas semaphore_lat");
BENCH_NEEDS("ipc/sysv_semaphore memory/shared_anonymous process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
