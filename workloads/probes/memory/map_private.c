#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	int fd = probe_file("private");
	char byte = 0;
	long at = probe_require(
		"mmap", sys(mmap, 0, PORT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));

	*(volatile char *)at = 'X';
	probe_check("pread", 1, sys(pread64, fd, &byte, 1, 0));
	probe_check("first byte of the file", 'p', byte);
	probe_check("first byte of the mapping", 'X', *(volatile char *)at);
}

PROBE_CHECKS("writes to a private mapping do not reach the file");
