#include "probe.h"

#include "thread.h"

static void work(void *arg)
{
	(void)arg;
	probe_sleep_ms(5);
}

void probe(void)
{
	struct thread *thread = thread_start(work, NULL);
	uint32_t alive = __atomic_load_n(&thread->alive, __ATOMIC_ACQUIRE);

	probe_check("the word is set while the thread runs", 1, alive != 0);
	probe_require("futex", port_futex_wait(&thread->alive, alive));
	probe_check("the word once the thread is gone", 0, thread->alive);
}

PROBE_CHECKS("at the exit of a thread the kernel clears its tid word and wakes the waiters");
