#include "probe.h"

#include "thread.h"

static void work(void *arg)
{
	(void)arg;
	probe_spin_forever();
}

static int child(void)
{
	thread_start(work, NULL);
	probe_sleep_ms(2);
	return 6;
}

void probe(void)
{
	probe_check("exit status", 6, probe_child(child));
}

PROBE_CHECKS("exit_group ends every thread of a process");
