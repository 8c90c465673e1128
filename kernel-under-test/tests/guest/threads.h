/* Threads pinned to CPUs, for suites about several CPUs. With a single CPU all share it. */
#pragma once

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* CPUs available to this process at start. Set by main(). */
extern int cpu_count;

/* Pins the calling thread to CPU n modulo cpu_count. 0 or -1. */
static inline int stay_on(int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % cpu_count, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Waits until *word >= least. Yields, since there may be a single CPU. */
static inline void wait_until(atomic_long *word, long least)
{
	while (atomic_load(word) < least)
		sched_yield();
}
