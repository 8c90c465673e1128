#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	int fd = probe_file("shared");
	char byte = 0;
	long at = probe_require(
		"shared mmap of a file",
		sys(mmap, 0, PORT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	*(volatile char *)at = 'X';
	probe_check("pread", 1, sys(pread64, fd, &byte, 1, 0));
	probe_check("first byte of the file", 'X', byte);
	probe_check("pwrite", 1, sys(pwrite64, fd, "Y", 1, 0));
	probe_check("first byte of the mapping", 'Y', *(volatile char *)at);
}

PROBE_CHECKS("a shared file mapping and the file see the writes of each other");
