#include "probe.h"

#include <linux/futex.h>

#include "thread.h"

static uint32_t from, to;

static void work(void *arg)
{
	(void)arg;
	port_futex_wait(&from, 0);
}

void probe(void)
{
	struct thread *first, *second;

	probe_require("futex requeue", sys(futex, &from, FUTEX_CMP_REQUEUE, 1, 1, &to, 0));
	first = thread_start(work, NULL);
	second = thread_start(work, NULL);
	probe_sleep_ms(10);
	probe_check("wake one, move one", 2, sys(futex, &from, FUTEX_CMP_REQUEUE, 1, 1, &to, 0));
	probe_check("wake on the first word", 0, port_futex_wake(&from, 9));
	probe_check("wake on the second word", 1, port_futex_wake(&to, 9));
	thread_join(first);
	thread_join(second);
}

PROBE_CHECKS("FUTEX_CMP_REQUEUE moves waiters to another futex");
