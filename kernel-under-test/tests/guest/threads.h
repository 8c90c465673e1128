/* Threads that are kept on one CPU each, for suites about several CPUs. With one CPU all share it.
 */
#pragma once

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* CPUs that this process could use when it began. Set by main(). */
extern int cpu_count;

/* Keeps the calling thread on CPU number n, counted round. 0 or -1. */
static inline int stay_on(int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % cpu_count, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Other CPUs go on meanwhile; where there are none, somebody else gets this one. */
static inline void wait_until(atomic_long *word, long least)
{
	while (atomic_load(word) < least)
		sched_yield();
}
