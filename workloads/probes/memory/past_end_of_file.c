#include "probe.h"

#include "fault.h"

static volatile char *area;

static int touch(void)
{
	return area[PORT_PAGE_SIZE];
}

void probe(void)
{
	void *mapped = NULL;

	probe_require("mmap of a file",
		      port_mmap_file(probe_file("x"), 2 * PORT_PAGE_SIZE, &mapped));
	area = mapped;
	probe_check("byte of the file", 'x', area[0]);
	probe_check("read behind its end", 128 + SIGBUS, probe_child(touch));
}

PROBE_CHECKS("access to a mapped page past the end of the file raises SIGBUS");
