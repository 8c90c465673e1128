#include "probe.h"

#include "action.h"

static int fds[2];

static int child(void)
{
	if (action_signal_parent())
		return 1;
	probe_sleep_ms(5);
	return sys(write, fds[1], "x", 1) != 1;
}

void probe(void)
{
	char byte = 0;
	long pid;

	probe_require("sigaction", action_set(SIGUSR1, action_count, SA_RESTART, 0));
	probe_require("pipe", port_pipe(fds));
	pid = probe_fork(child);
	probe_check("read that waits", 1, sys(read, fds[0], &byte, 1));
	probe_check("byte read", 'x', byte);
	probe_check("handlers that ran", 1, action_counted);
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("with SA_RESTART a blocked read resumes after the handler");
