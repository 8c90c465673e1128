#include "probe.h"

#include <linux/membarrier.h>

void probe(void)
{
	long commands = probe_require("membarrier", sys(membarrier, MEMBARRIER_CMD_QUERY, 0, 0));

	probe_check("the global barrier is offered", MEMBARRIER_CMD_GLOBAL,
		    commands & MEMBARRIER_CMD_GLOBAL);
	probe_check("a global barrier", 0, sys(membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
}

PROBE_CHECKS("membarrier reports its commands and issues a barrier on all threads");
