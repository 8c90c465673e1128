#include "probe.h"

#include <linux/resource.h>

static int child(void)
{
	/* The raw call answers 20 - nice. */
	return (int)sys(getpriority, PRIO_PROCESS, 0);
}

void probe(void)
{
	probe_require("setpriority", sys(setpriority, PRIO_PROCESS, 0, 5));
	probe_check("getpriority", 15, sys(getpriority, PRIO_PROCESS, 0));
	probe_check("getpriority in a child", 15, probe_child(child));
}

PROBE_CHECKS("the nice value can be set and read back, and a child inherits it");
