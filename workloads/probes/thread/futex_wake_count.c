#include "probe.h"

#include "thread.h"

static uint32_t word;
static volatile int started, woken;

static void work(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
	port_futex_wait(&word, 0);
	__atomic_fetch_add(&woken, 1, __ATOMIC_RELAXED);
}

void probe(void)
{
	struct thread *threads[3];

	probe_require("futex", port_futex_wake(&word, 1));
	for (int i = 0; i < 3; i++)
		threads[i] = thread_start(work, NULL);
	while (started < 3)
		probe_sleep_ms(1);
	probe_sleep_ms(10);
	probe_check("wake of two of three", 2, port_futex_wake(&word, 2));
	probe_sleep_ms(10);
	probe_check("threads that go on", 2, woken);
	probe_check("wake of up to nine", 1, port_futex_wake(&word, 9));
	for (int i = 0; i < 3; i++)
		thread_join(threads[i]);
	probe_check("wake with nobody there", 0, port_futex_wake(&word, 9));
}

PROBE_CHECKS("FUTEX_WAKE wakes at most the given number of waiters and returns how many");
