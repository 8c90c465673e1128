#include "probe.h"

#include "action.h"

static int child(void)
{
	char *argv[] = { (char *)probe_beside("dispositions_target"), NULL };

	action_set(SIGUSR1, action_nothing, 0, 0);
	port_catch(SIGUSR2, SIG_IGN);
	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	probe_need("sigaction", action_set(SIGUSR1, action_nothing, 0, 0));
	probe_check("what the program found", 0, probe_child(child));
}

PROBE_ASKS("exec resets handlers and keeps ignored signals ignored");
