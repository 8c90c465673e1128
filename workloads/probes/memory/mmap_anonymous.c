#include "probe.h"

#include "fault.h"

static void *area;

static int touch(void)
{
	return *(volatile char *)area;
}

void probe(void)
{
	probe_need("mmap", port_map(2 * PORT_PAGE_SIZE, &area));
	for (size_t i = 0; i < 2 * PORT_PAGE_SIZE; i++)
		probe_check("byte of fresh memory", 0, ((volatile char *)area)[i]);
	*(volatile char *)area = 7;
	probe_check("byte written", 7, touch());
	probe_need("munmap", port_unmap(area, 2 * PORT_PAGE_SIZE));
	probe_check("read once unmapped", 128 + SIGSEGV, probe_child(touch));
}

PROBE_ASKS("mmap returns zeroed, writable memory, and munmap removes it");
