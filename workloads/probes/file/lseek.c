#include "probe.h"

void probe(void)
{
	int fd = probe_file("0123456789");
	char byte = 0;

	probe_check("from the start", 4, probe_require("lseek", sys(lseek, fd, 4, SEEK_SET)));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", '4', byte);
	probe_check("from here", 7, sys(lseek, fd, 2, SEEK_CUR));
	probe_check("from the end", 9, sys(lseek, fd, -1, SEEK_END));
	probe_check("before the start", -EINVAL, sys(lseek, fd, -1, SEEK_SET));
}

PROBE_CHECKS("lseek sets the file offset with SEEK_SET, SEEK_CUR and SEEK_END");
