#include "probe.h"

void probe(void)
{
	int fds[2];
	char text[4] = { 0 };

	probe_require("pipe", port_pipe(fds));
	probe_check("write", 3, sys(write, fds[1], "abc", 3));
	probe_check("read of a part", 2, sys(read, fds[0], text, 2));
	probe_check("first byte", 'a', text[0]);
	probe_check("read of the rest", 1, sys(read, fds[0], text, 4));
	probe_check("last byte", 'c', text[0]);
	probe_check("close", 0, port_close(fds[1]));
	probe_check("read at the end", 0, sys(read, fds[0], text, 4));
}

PROBE_CHECKS("a pipe delivers bytes in order, and end of file once its writers are gone");
