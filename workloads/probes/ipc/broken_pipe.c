#include "probe.h"

#include <linux/signal.h>

static int child(void)
{
	int fds[2];

	port_pipe(fds);
	port_close(fds[0]);
	sys(write, fds[1], "x", 1);
	return 1;
}

void probe(void)
{
	int fds[2];

	probe_check("end of the child", 128 + SIGPIPE, probe_child(child));
	probe_require("pipe", port_pipe(fds));
	probe_require("sigaction", port_signal(SIGPIPE, SIG_IGN));
	probe_check("close", 0, port_close(fds[0]));
	probe_check("write", -EPIPE, sys(write, fds[1], "x", 1));
}

PROBE_CHECKS("a write to a pipe without readers raises SIGPIPE, or fails with EPIPE when it is "
	     "ignored");
