#include "probe.h"

#include "fault.h"

static void *area;

static int write_area(void)
{
	*(volatile char *)area = 1;
	return 0;
}

void probe(void)
{
	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	*(volatile char *)area = 7;
	probe_require("mprotect", port_mprotect(area, PORT_PAGE_SIZE, 0));
	probe_check("read", 7, *(volatile char *)area);
	probe_check("write while read-only", 128 + SIGSEGV, probe_child(write_area));
	probe_require("mprotect", port_mprotect(area, PORT_PAGE_SIZE, 1));
	probe_check("write while writable", 0, probe_child(write_area));
}

PROBE_CHECKS("mprotect makes a page read-only, and writable again");
