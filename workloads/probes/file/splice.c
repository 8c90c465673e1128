#include "probe.h"

void probe(void)
{
	int from[2], to[2];
	char text[4];

	probe_require("pipe", port_pipe(from));
	probe_require("pipe", port_pipe(to));
	probe_check("write", 3, sys(write, from[1], "abc", 3));
	probe_check("splice", 3, probe_require("splice", sys(splice, from[0], 0, to[1], 0, 3, 0)));
	probe_check("read", 3, sys(read, to[0], text, sizeof(text)));
	probe_check("first byte", 'a', text[0]);
}

PROBE_CHECKS("splice moves bytes from one pipe to another");
