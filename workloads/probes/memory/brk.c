#include "probe.h"

#include "fault.h"

static volatile char *end;

static int touch(void)
{
	return *end;
}

void probe(void)
{
	long at = probe_require("brk", port_brk(NULL));

	end = (volatile char *)((at + PORT_PAGE_SIZE - 1) & -PORT_PAGE_SIZE);
	probe_check("brk up", (int64_t)end + PORT_PAGE_SIZE,
		    port_brk((void *)(end + PORT_PAGE_SIZE)));
	probe_check("byte of the new page", 0, *end);
	*end = 3;
	probe_check("brk down", (int64_t)end, port_brk((void *)end));
	probe_check("read of what was given back", 128 + SIGSEGV, probe_child(touch));
}

PROBE_CHECKS("brk grows the data segment with zeros and shrinks it");
