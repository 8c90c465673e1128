#include "probe.h"

static int child(void)
{
	long self = port_getpid();

	probe_check("setsid", self, sys(setsid));
	probe_check("getsid", self, sys(getsid, 0));
	probe_check("getpgid", self, sys(getpgid, 0));
	probe_check("setsid of a leader", -EPERM, sys(setsid));
	return 0;
}

void probe(void)
{
	probe_require("getsid", sys(getsid, 0));
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("setsid creates a session and a process group, unless the caller leads a group");
