#include "probe.h"

#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/signal.h>

static int child(void)
{
	sys(prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	sys(getppid);
	sys(exit, 3);
	return 0;
}

void probe(void)
{
	probe_check("mode of this process", 0,
		    probe_require("prctl", sys(prctl, PR_GET_SECCOMP, 0, 0, 0, 0)));
	probe_check("end of the child", 128 + SIGKILL, probe_child(child));
}

PROBE_CHECKS("strict seccomp kills a process at any call outside its short list");
