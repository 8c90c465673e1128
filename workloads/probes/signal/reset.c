#include "probe.h"

#include "action.h"

static int child(void)
{
	action_set(SIGUSR1, action_noop, SA_RESETHAND, 0);
	sys(kill, port_getpid(), SIGUSR1);
	sys(kill, port_getpid(), SIGUSR1);
	return 1;
}

void probe(void)
{
	probe_require("sigaction", action_set(SIGUSR1, action_noop, 0, 0));
	probe_check("end of the child", 128 + SIGUSR1, probe_child(child));
}

PROBE_CHECKS("with SA_RESETHAND a handler runs once, then the default action applies");
