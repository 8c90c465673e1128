#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	void *area = NULL;

	probe_need("mmap", port_map(PORT_PAGE_SIZE, &area));
	*(volatile unsigned char *)area = 0xc3;
	probe_need("mprotect", sys(mprotect, area, PORT_PAGE_SIZE, PROT_READ | PROT_EXEC));
	((void (*)(void))area)();
}

PROBE_ASKS("memory made executable can be run");
