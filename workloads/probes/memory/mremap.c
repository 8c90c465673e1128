#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	void *area = NULL;
	volatile char *larger;

	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	larger = (volatile char *)probe_require(
		"mremap", sys(mremap, area, PORT_PAGE_SIZE, 64 * PORT_PAGE_SIZE, MREMAP_MAYMOVE));
	probe_check("first byte", 7, larger[0]);
	probe_check("byte of the new end", 0, larger[64 * PORT_PAGE_SIZE - 1]);
	probe_check("mremap to one page", (int64_t)(uintptr_t)larger,
		    sys(mremap, larger, 64 * PORT_PAGE_SIZE, PORT_PAGE_SIZE, 0));
	probe_check("first byte of what is left", 7, larger[0]);
	probe_check("mprotect of what is gone", -ENOMEM,
		    sys(mprotect, larger + PORT_PAGE_SIZE, PORT_PAGE_SIZE, PROT_READ));
}

PROBE_CHECKS("mremap grows a mapping, keeping its contents, and shrinks it");
