#include "probe.h"

static long parent;

static int child(void)
{
	return port_getppid() == parent && port_getpid() != parent ? 7 : 1;
}

void probe(void)
{
	parent = port_getpid();
	probe_check("exit status of the child", 7, probe_child(child));
}

PROBE_CHECKS("fork creates a child with a new process id and the caller as its parent");
