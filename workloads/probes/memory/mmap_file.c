#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	int fd = probe_file("mapped");
	void *area = NULL;

	probe_require("mmap of a file", port_mmap_file(fd, PORT_PAGE_SIZE, &area));
	probe_check("first byte", 'm', ((volatile char *)area)[0]);
	probe_check("last byte", 'd', ((volatile char *)area)[5]);
	probe_check("byte past the end, in the last page", 0, ((volatile char *)area)[6]);
}

PROBE_CHECKS("a file mapping shows the contents of the file");
