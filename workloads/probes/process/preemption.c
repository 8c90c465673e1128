#include "probe.h"

#include <linux/signal.h>

static int spin(void)
{
	probe_spin_forever();
}

void probe(void)
{
	unsigned long cpu = 1;
	long pid;

	sys(sched_setaffinity, 0, sizeof(cpu), &cpu);
	pid = probe_fork(spin);
	for (int i = 0; i < 5; i++)
		probe_sleep_ms(2);
	probe_check("kill", 0, sys(kill, pid, SIGKILL));
	probe_check("end of the child", 128 + SIGKILL, probe_join(pid));
}

PROBE_CHECKS("a busy process that makes no system calls is preempted");
