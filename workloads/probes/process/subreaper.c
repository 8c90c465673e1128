#include "probe.h"

#include <linux/prctl.h>

static int grandchild(void)
{
	probe_sleep_ms(5);
	return 11;
}

static int child(void)
{
	return probe_fork(grandchild) < 0;
}

void probe(void)
{
	struct port_wait_status status;

	probe_require("prctl", sys(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	probe_check("end of the child", 0, probe_child(child));
	probe_require("wait for the orphan", port_wait(-1, &status));
	probe_check("exit status of the orphan", 11, status.exit_status);
}

PROBE_CHECKS("a child subreaper adopts and reaps orphaned descendants");
