#include "probe.h"

#include "action.h"

static int child(void)
{
	char *argv[] = { (char *)probe_sibling_path("dispositions_target"), NULL };

	action_set(SIGUSR1, action_noop, 0, 0);
	port_signal(SIGUSR2, SIG_IGN);
	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	probe_require("sigaction", action_set(SIGUSR1, action_noop, 0, 0));
	probe_check("what the program found", 0, probe_child(child));
}

PROBE_CHECKS("exec resets handlers and keeps ignored signals ignored");
