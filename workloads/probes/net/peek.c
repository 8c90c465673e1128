#include "probe.h"

#include "internet.h"

#define MSG_PEEK_FLAG 2

void probe(void)
{
	int ends[2];
	char byte = 0;

	internet_pair(4727, ends);
	probe_check("write", 1, sys(write, ends[0], "x", 1));
	probe_check(
		"peek", 1,
		probe_require("recvfrom", sys(recvfrom, ends[1], &byte, 1, MSG_PEEK_FLAG, 0, 0)));
	probe_check("byte seen", 'x', byte);
	byte = 0;
	probe_check("read", 1, sys(read, ends[1], &byte, 1));
	probe_check("byte read", 'x', byte);
}

PROBE_CHECKS("MSG_PEEK returns data without consuming it");
