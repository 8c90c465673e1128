#include "probe.h"

#include <linux/prctl.h>

static int child(void)
{
	return (int)sys(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

void probe(void)
{
	probe_require("prctl", sys(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	probe_check("in a child", 1, probe_child(child));
	probe_check("take it back", -EINVAL, sys(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

PROBE_CHECKS("a process can give up gaining privileges, for its children too");
