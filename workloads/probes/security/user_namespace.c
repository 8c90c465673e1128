#include "probe.h"

#include <linux/sched.h>

static int child(void)
{
	probe_check("unshare", 0, sys(unshare, CLONE_NEWUSER | CLONE_NEWUTS));
	probe_check("sethostname", 0, sys(sethostname, "probe", 5));
	probe_check("settimeofday", -EPERM, sys(settimeofday, 0, (long[]){ 0 }));
	return 0;
}

void probe(void)
{
	probe_require("unshare", sys(unshare, 0));
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("a process can be root in a user namespace of its own, and only there");
