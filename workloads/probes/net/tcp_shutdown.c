#include "probe.h"

#include "internet.h"

void probe(void)
{
	int ends[2];
	char byte = 0;

	internet_pair(4724, ends);
	probe_require("shutdown", sys(shutdown, ends[0], 1));
	probe_check("read of what was shut", 0, sys(read, ends[1], &byte, 1));
	probe_check("write the other way", 1, sys(write, ends[1], "x", 1));
	probe_check("read", 1, sys(read, ends[0], &byte, 1));
}

PROBE_CHECKS("shutdown closes one direction of a TCP connection and leaves the other open");
