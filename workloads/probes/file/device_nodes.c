#include "probe.h"

void probe(void)
{
	char byte = 1;
	long fd;

	sys(unlink, PROBE_FILE);
	/* Character device 1:5. */
	probe_require("mknod", sys(mknod, PROBE_FILE, 0020666, 1 << 8 | 5));
	fd = probe_require("open of the node", port_open(PROBE_FILE, O_RDONLY));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 0, byte);
}

PROBE_CHECKS("mknod creates device nodes with the given numbers");
