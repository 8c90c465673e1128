#include "probe.h"

void probe(void)
{
	unsigned char there[2] = { 0xff, 0xff };
	void *area = NULL;

	probe_require("mmap", port_mmap(2 * PORT_PAGE_SIZE, &area));
	((volatile char *)area)[PORT_PAGE_SIZE] = 1;
	probe_require("mincore", sys(mincore, area, 2 * PORT_PAGE_SIZE, there));
	probe_check("page that was not touched", 0, there[0] & 1);
	probe_check("page that was written", 1, there[1] & 1);
}

PROBE_CHECKS("mincore reports which pages are resident");
