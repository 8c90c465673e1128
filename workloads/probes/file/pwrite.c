#include "probe.h"

void probe(void)
{
	int fd = probe_file("abcdef");
	char byte = 0;

	probe_check("pwrite", 1, probe_require("pwrite64", sys(pwrite64, fd, "X", 1, 2)));
	probe_check("position", 6, sys(lseek, fd, 0, SEEK_CUR));
	probe_check("pread", 1, sys(pread64, fd, &byte, 1, 2));
	probe_check("byte written", 'X', byte);
}

PROBE_CHECKS("pwrite writes at an offset and leaves the file offset unchanged");
