#include "probe.h"

#include "fault.h"

static void *area;

static int touch(void)
{
	return *(volatile char *)area;
}

void probe(void)
{
	probe_require("mmap", port_mmap(2 * PORT_PAGE_SIZE, &area));
	for (size_t i = 0; i < 2 * PORT_PAGE_SIZE; i++)
		probe_check("byte of fresh memory", 0, ((volatile char *)area)[i]);
	*(volatile char *)area = 7;
	probe_check("byte written", 7, touch());
	probe_require("munmap", port_munmap(area, 2 * PORT_PAGE_SIZE));
	probe_check("read once unmapped", 128 + SIGSEGV, probe_child(touch));
}

PROBE_CHECKS("mmap returns zeroed, writable memory, and munmap removes it");
