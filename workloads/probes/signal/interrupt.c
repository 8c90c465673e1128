#include "probe.h"

#include "action.h"

void probe(void)
{
	int fds[2];
	char byte;
	long pid;

	probe_require("sigaction", action_set(SIGUSR1, action_noop, 0, 0));
	probe_require("pipe", port_pipe(fds));
	pid = probe_fork(action_signal_parent);
	probe_check("read that waits", -EINTR, sys(read, fds[0], &byte, 1));
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("a handler interrupts a blocked read with EINTR");
