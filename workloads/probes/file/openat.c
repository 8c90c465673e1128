#include "probe.h"

void probe(void)
{
	long folder =
		probe_require("open of a folder", sys(open, "/tmp", O_RDONLY | O_DIRECTORY, 0));
	char byte = 0;
	long fd;

	probe_check("close", 0, port_close(probe_file("x")));
	fd = probe_require("openat", sys(openat, folder, &PROBE_FILE[5], O_RDONLY, 0));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 'x', byte);
}

PROBE_CHECKS("openat resolves a path relative to an open directory");
