#include "probe.h"

void probe(void)
{
	int fd = probe_file("abc");
	long copy = probe_require("dup", sys(dup, fd));
	int fds[2];
	char byte;

	probe_check("lseek by the copy", 1, sys(lseek, copy, 1, SEEK_SET));
	probe_check("position of the original", 1, sys(lseek, fd, 0, SEEK_CUR));
	probe_require("pipe", port_pipe(fds));
	probe_check("dup2", fds[1], probe_require("dup2", sys(dup2, fd, fds[1])));
	probe_check("read of the pipe, whose writing end is closed", 0,
		    sys(read, fds[0], &byte, 1));
}

PROBE_CHECKS("a duplicate shares the file offset, and dup2 closes the descriptor it replaces");
