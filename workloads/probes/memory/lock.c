#include "probe.h"

void probe(void)
{
	unsigned char there = 0;
	void *area = NULL;

	probe_need("mmap", port_map(PORT_PAGE_SIZE, &area));
	probe_need("mlock", sys(mlock, area, PORT_PAGE_SIZE));
	probe_need("mincore", sys(mincore, area, PORT_PAGE_SIZE, &there));
	probe_check("the page is in memory", 1, there & 1);
	probe_check("munlock", 0, sys(munlock, area, PORT_PAGE_SIZE));
}

PROBE_ASKS("mlock makes pages resident");
