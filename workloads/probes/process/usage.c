#include "probe.h"

#include <linux/resource.h>

static int child(void)
{
	for (volatile unsigned int i = 0; i < 6000000; i++)
		;
	return 0;
}

void probe(void)
{
	struct rusage usage = { 0 };
	int status;
	long pid = probe_fork(child);

	probe_check("wait4", pid, sys(wait4, pid, &status, 0, &usage));
	probe_check("user time of the child is told", 1,
		    usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec > 0);
	probe_require("getrusage", sys(getrusage, RUSAGE_CHILDREN, &usage));
	probe_check("user time of all children is told", 1,
		    usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec > 0);
}

PROBE_CHECKS("wait4 and getrusage report the user time of a child");
