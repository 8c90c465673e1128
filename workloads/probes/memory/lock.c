#include "probe.h"

void probe(void)
{
	unsigned char there = 0;
	void *area = NULL;

	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	probe_require("mlock", sys(mlock, area, PORT_PAGE_SIZE));
	probe_require("mincore", sys(mincore, area, PORT_PAGE_SIZE, &there));
	probe_check("the page is in memory", 1, there & 1);
	probe_check("munlock", 0, sys(munlock, area, PORT_PAGE_SIZE));
}

PROBE_CHECKS("mlock makes pages resident");
