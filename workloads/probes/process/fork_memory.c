#include "probe.h"

static volatile int value = 1;
static int ready[2];

static int child(void)
{
	char byte;

	value = 2;
	port_read(ready[0], &byte, 1);
	return value;
}

void probe(void)
{
	long pid;

	probe_require("pipe", port_pipe(ready));
	pid = probe_fork(child);
	value = 3;
	port_write(ready[1], "r", 1);
	probe_check("value in the child", 2, probe_join(pid));
	probe_check("value in the parent", 3, value);
}

PROBE_CHECKS("after fork, parent and child do not see the writes of each other");
