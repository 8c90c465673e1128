#include "probe.h"

static volatile int *shared;

static int child(void)
{
	*shared = 5;
	return 0;
}

void probe(void)
{
	void *area = NULL;

	probe_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &area));
	shared = area;
	probe_check("end of the child", 0, probe_child(child));
	probe_check("what the child wrote", 5, *shared);
}

PROBE_CHECKS("parent and child share memory mapped MAP_SHARED and MAP_ANONYMOUS");
