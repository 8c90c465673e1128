#include "probe.h"

static int said[2];

static int grandchild(void)
{
	long parent;

	while ((parent = port_getppid()) != 1 && port_getpid() != 1)
		probe_sleep_ms(1);
	return port_write(said[1], &parent, sizeof(parent)) != sizeof(parent);
}

static int child(void)
{
	return probe_fork(grandchild) < 0;
}

void probe(void)
{
	long parent = 0;

	probe_require("pipe", port_pipe(said));
	probe_check("end of the child", 0, probe_child(child));
	probe_check("read from the orphan", sizeof(parent),
		    port_read(said[0], &parent, sizeof(parent)));
	probe_check("parent of an orphan", 1, parent);
}

PROBE_CHECKS("an orphan is reparented to init");
