#include "probe.h"

#include <linux/wait.h>

static int ready[2];

static int child(void)
{
	char byte;

	return port_read(ready[0], &byte, 1) != 1;
}

void probe(void)
{
	int status;
	long pid;

	probe_require("pipe", port_pipe(ready));
	pid = probe_fork(child);
	probe_check("wait for a child that runs", 0, sys(wait4, pid, &status, WNOHANG, 0));
	port_write(ready[1], "r", 1);
	probe_check("end of the child", 0, probe_join(pid));
	probe_check("wait without children", -ECHILD, sys(wait4, -1, &status, WNOHANG, 0));
}

PROBE_CHECKS("wait4 with WNOHANG returns at once");
