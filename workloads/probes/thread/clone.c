#include "probe.h"

#include "thread.h"

static volatile int seen;

static void work(void *arg)
{
	seen = *(int *)arg;
}

void probe(void)
{
	int value = 5;

	thread_join(thread_start(work, &value));
	probe_check("what the thread wrote", 5, seen);
}

PROBE_CHECKS("a thread shares the memory of its process");
