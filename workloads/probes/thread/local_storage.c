#include "probe.h"

#include "probe_machine.h"
#include "thread.h"

static unsigned long first = 11, second = 22;
static volatile unsigned long seen;

static void work(void *arg)
{
	machine_set_storage(arg);
	probe_sleep_ms(5);
	seen = machine_storage();
}

void probe(void)
{
	struct thread *thread;

	probe_require("set the base of its storage", machine_set_storage(&first));
	thread = thread_start(work, &second);
	probe_sleep_ms(2);
	probe_check("the first thread's own", 11, (int64_t)machine_storage());
	thread_join(thread);
	probe_check("the second thread's own", 22, (int64_t)seen);
	probe_check("the first thread's own, later", 11, (int64_t)machine_storage());
}

PROBE_CHECKS("each thread has its own base of thread-local storage");
