#include "probe.h"

#include <linux/signal.h>

static int child(void)
{
	sys(kill, port_getpid(), SIGKILL);
	return 1;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGKILL, probe_child(child));
}

PROBE_CHECKS("wait4 distinguishes a child killed by a signal from one that exited");
