#include "bench.h"
#include "partner.h"

/*
 * Two processes take turns: turn is even when this one may go on, odd when the partner may. Each
 * sleeps on the word until it is its turn.
 */

#define OVER UINT32_MAX

static uint32_t *turn;

/* Waits until the turn is no longer `value`; what it is then. */
static uint32_t wait_while(uint32_t value)
{
	uint32_t now;

	while ((now = __atomic_load_n(turn, __ATOMIC_ACQUIRE)) == value)
		port_futex_wait(turn, value);
	return now;
}

static int serve(void)
{
	for (uint32_t mine = 1;; mine += 2) {
		uint32_t now = wait_while(mine - 1);

		if (now == OVER)
			return 0;
		if (now != mine)
			return 1;
		__atomic_store_n(turn, mine + 1, __ATOMIC_RELEASE);
		port_futex_wake(turn, 1);
	}
}

static void setup(void)
{
	void *shared = NULL;

	bench_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &shared));
	turn = shared;
	bench_require("futex", port_futex_wake(turn, 1));
	partner_start(serve);
}

static void run(uint64_t n)
{
	uint32_t mine = *turn;

	for (; n; n--, mine += 2) {
		__atomic_store_n(turn, mine + 1, __ATOMIC_RELEASE);
		port_futex_wake(turn, 1);
		bench_check("turn", mine + 2, wait_while(mine + 1));
	}
}

static void teardown(void)
{
	__atomic_store_n(turn, OVER, __ATOMIC_RELEASE);
	port_futex_wake(turn, 1);
	partner_join();
}

BENCH_OP("one round trip between two processes that wake each other with a futex");
BENCH_COVERS("Asterinas schbench (approximate); sel4bench signal (approximate)");
BENCH_NEEDS("ipc/futex memory/shared_anonymous process/fork");
BENCH_NOTE("will-it-scale measures wakes without a waiter and waits that return at once; here each "
	   "wake finds a sleeping process");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
