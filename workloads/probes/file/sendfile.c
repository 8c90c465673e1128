#include "probe.h"

void probe(void)
{
	int fd = probe_file("abcdef"), fds[2];
	int64_t from = 2;
	char text[4];

	probe_require("pipe", port_pipe(fds));
	probe_check("sendfile", 3, probe_require("sendfile", sys(sendfile, fds[1], fd, &from, 3)));
	probe_check("place it got to", 5, from);
	probe_check("read of the pipe", 3, sys(read, fds[0], text, sizeof(text)));
	probe_check("first byte", 'c', text[0]);
}

PROBE_CHECKS("sendfile copies from a file to a pipe");
