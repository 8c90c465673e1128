#include "probe.h"

void probe(void)
{
	int fd = probe_file("abcdef");
	char byte = 0;

	probe_check("pread", 1, probe_require("pread64", sys(pread64, fd, &byte, 1, 2)));
	probe_check("byte read", 'c', byte);
	probe_check("position", 6, sys(lseek, fd, 0, SEEK_CUR));
}

PROBE_CHECKS("pread reads at an offset and leaves the file offset unchanged");
