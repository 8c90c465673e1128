#include "probe.h"

#include "internet.h"

void probe(void)
{
	int ends[2];
	char byte = 0;

	internet_pair(4721, ends);
	probe_check("write", 1, sys(write, ends[0], "a", 1));
	probe_check("read", 1, sys(read, ends[1], &byte, 1));
	probe_check("one way", 'a', byte);
	probe_check("write", 1, sys(write, ends[1], "b", 1));
	probe_check("close", 0, port_close(ends[1]));
	probe_check("read", 1, sys(read, ends[0], &byte, 1));
	probe_check("the other way", 'b', byte);
	probe_check("read at the end", 0, sys(read, ends[0], &byte, 1));
}

PROBE_CHECKS("a TCP connection over loopback carries data both ways, and end of file");
