#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	void *area = NULL;
	volatile char *larger;

	probe_need("mmap", port_map(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	larger = (volatile char *)probe_need(
		"mremap", sys(mremap, area, PORT_PAGE_SIZE, 64 * PORT_PAGE_SIZE, MREMAP_MAYMOVE));
	probe_check("first byte", 7, larger[0]);
	probe_check("byte of the new end", 0, larger[64 * PORT_PAGE_SIZE - 1]);
}

PROBE_ASKS("mremap makes a mapping larger and keeps what is in it");
