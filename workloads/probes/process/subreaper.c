#include "probe.h"

#include <linux/prctl.h>

static int grandchild(void)
{
	probe_pause(5);
	return 11;
}

static int child(void)
{
	return probe_fork(grandchild) < 0;
}

void probe(void)
{
	struct port_end end;

	probe_need("prctl", sys(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	probe_check("end of the child", 0, probe_child(child));
	probe_need("wait for the orphan", port_wait(-1, &end));
	probe_check("exit status of the orphan", 11, end.status);
}

PROBE_ASKS("a child subreaper adopts and reaps orphaned descendants");
