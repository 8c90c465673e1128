#include "settle.h"

#include "port.h"

/* Under QEMU's instruction clock this is virtual time and costs the host almost nothing. */
#define ROUND_SLEEP_NS 250000000u
#define ROUNDS_MIN 12
#define ROUNDS_MAX 40
/* The last so many rounds must agree. */
#define ROUNDS_AGREE 6

/* Long enough to span several scheduler ticks, so that a thread that shares the CPU shows. */
#define PROBE_SYSCALLS 50000
#define PROBE_PAGES 64
/* The minimum of so many tries counts: a timer tick or a refilled free list is not boot work. */
#define PROBE_TRIES 12

static uint64_t probe_syscalls(void)
{
	uint64_t start = port_ticks();

	for (unsigned int i = 0; i < PROBE_SYSCALLS; i++)
		port_null();
	return port_ticks() - start;
}

static uint64_t probe_faults(void)
{
	/* Without munmap, each round would leave more pages for fork to copy. */
	static bool no_munmap;
	const size_t len = PROBE_PAGES * PORT_PAGE_SIZE;
	uint64_t start, ticks;
	void *area;

	if (no_munmap || port_mmap(len, &area) < 0)
		return 0;
	start = port_ticks();
	for (size_t at = 0; at < len; at += PORT_PAGE_SIZE)
		((volatile char *)area)[at] = 1;
	ticks = port_ticks() - start;
	no_munmap = port_munmap(area, len) < 0;
	return ticks;
}

static uint64_t probe_process(void)
{
	struct port_wait_status status;
	uint64_t start = port_ticks();
	long pid = port_fork();

	if (pid == 0)
		port_exit(0);
	if (pid < 0)
		return 0;
	port_wait(pid, &status);
	return port_ticks() - start;
}

static uint64_t min_of_tries(uint64_t (*probe)(void))
{
	uint64_t smallest = probe();

	for (unsigned int i = 1; i < PROBE_TRIES; i++) {
		uint64_t ticks = probe();

		if (ticks < smallest)
			smallest = ticks;
	}
	return smallest;
}

static void keep(struct settle *result, struct settle_round round)
{
	if (result->kept_count == SETTLE_KEPT) {
		for (size_t i = 1; i < SETTLE_KEPT; i++)
			result->kept[i - 1] = result->kept[i];
		result->kept_count--;
	}
	result->kept[result->kept_count++] = round;
}

void settle(struct settle *result)
{
	uint64_t ns = 0, ticks = port_ticks();

	_Static_assert(ROUNDS_AGREE <= SETTLE_KEPT, "the rounds that must agree are kept");

	*result = (struct settle){ 0 };
	port_time_ns(&ns);
	while (!result->ok && result->rounds < ROUNDS_MAX) {
		struct settle_round round;

		port_sleep_ns(ROUND_SLEEP_NS);
		round.syscalls = probe_syscalls();
		round.faults = min_of_tries(probe_faults);
		round.process = min_of_tries(probe_process);
		keep(result, round);
		result->rounds++;
		result->ok = result->rounds >= ROUNDS_MIN &&
			     settle_agree(result->kept + result->kept_count - ROUNDS_AGREE,
					  ROUNDS_AGREE);
	}
	result->ticks = port_ticks() - ticks;
	if (port_time_ns(&result->ns) == 0)
		result->ns -= ns;
}
