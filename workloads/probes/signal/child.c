#include "probe.h"

#include "action.h"

static int child(void)
{
	return 0;
}

void probe(void)
{
	probe_require("sigaction", action_set(SIGCHLD, action_count, SA_RESTART, 0));
	probe_check("end of the child", 0, probe_child(child));
	probe_check("handlers that ran", 1, action_counted);
}

PROBE_CHECKS("SIGCHLD reports that a child has exited");
