#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *area = NULL;

	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	probe_check("mmap over a page", (int64_t)area,
		    probe_require("mmap with MAP_FIXED", sys(mmap, area, PORT_PAGE_SIZE, PROT_READ,
							     flags | MAP_FIXED, -1, 0)));
	probe_check("byte of the new page", 0, *(volatile char *)area);
	probe_check("mmap that may not replace", -EEXIST,
		    sys(mmap, area, PORT_PAGE_SIZE, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0));
}

PROBE_CHECKS("mmap with MAP_FIXED replaces a mapping, with MAP_FIXED_NOREPLACE it fails");
