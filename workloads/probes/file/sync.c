#include "probe.h"

void probe(void)
{
	int fd = probe_file("x");

	probe_need("fsync", sys(fsync, fd));
	probe_need("fdatasync", sys(fdatasync, fd));
	probe_need("sync", sys(sync));
}

PROBE_ASKS("fsync, fdatasync and sync succeed");
