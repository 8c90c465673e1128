#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	void *area = NULL;

	probe_need("mmap", port_map(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	probe_need("madvise", sys(madvise, area, PORT_PAGE_SIZE, MADV_DONTNEED));
	probe_check("byte of a dropped page", 0, *(volatile char *)area);
}

PROBE_ASKS("madvise with MADV_DONTNEED drops pages, which then read as zeros");
