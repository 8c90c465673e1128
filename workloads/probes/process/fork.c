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

PROBE_ASKS("fork makes a child, which has another id and this process for a parent");
