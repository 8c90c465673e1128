#include "probe.h"

void probe(void)
{
	unsigned long asked = 1, got = 0;

	probe_require("sched_setaffinity", sys(sched_setaffinity, 0, sizeof(asked), &asked));
	probe_check("bytes of the mask", 1,
		    probe_require("sched_getaffinity",
				  sys(sched_getaffinity, 0, sizeof(got), &got)) >= 8);
	probe_check("mask", 1, (int64_t)got);
}

PROBE_CHECKS("sched_setaffinity pins a process to a CPU, and sched_getaffinity reports it");
