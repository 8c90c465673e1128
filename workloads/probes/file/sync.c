#include "probe.h"

void probe(void)
{
	int fd = probe_file("x");

	probe_require("fsync", sys(fsync, fd));
	probe_require("fdatasync", sys(fdatasync, fd));
	probe_require("sync", sys(sync));
}

PROBE_CHECKS("fsync, fdatasync and sync succeed");
