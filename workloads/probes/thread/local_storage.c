#include "probe.h"

#include <asm/prctl.h>

#include "thread.h"

static unsigned long first = 11, second = 22;
static volatile unsigned long seen;

static unsigned long load(void)
{
	unsigned long value;

	__asm__ volatile("movq %%fs:0, %0" : "=r"(value));
	return value;
}

static void work(void *arg)
{
	sys(arch_prctl, ARCH_SET_FS, arg);
	probe_pause(5);
	seen = load();
}

void probe(void)
{
	struct thread *thread;

	probe_need("arch_prctl", sys(arch_prctl, ARCH_SET_FS, &first));
	thread = thread_start(work, &second);
	probe_pause(2);
	probe_check("the first thread's own", 11, (int64_t)load());
	thread_join(thread);
	probe_check("the second thread's own", 22, (int64_t)seen);
	probe_check("the first thread's own, later", 11, (int64_t)load());
}

PROBE_ASKS("each thread has a segment base of its own");
