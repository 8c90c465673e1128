#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	void *area = NULL;

	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	probe_require("madvise", sys(madvise, area, PORT_PAGE_SIZE, MADV_DONTNEED));
	probe_check("byte of a dropped page", 0, *(volatile char *)area);
}

PROBE_CHECKS("madvise with MADV_DONTNEED drops pages, which then read as zeros");
