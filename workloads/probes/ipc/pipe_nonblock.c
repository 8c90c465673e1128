#include "probe.h"

void probe(void)
{
	static char page[4096];
	int fds[2];
	int64_t taken = 0;
	long n;

	probe_require("pipe2", sys(pipe2, fds, O_NONBLOCK));
	probe_check("read while empty", -EAGAIN, sys(read, fds[0], page, 1));
	while ((n = sys(write, fds[1], page, sizeof(page))) > 0)
		taken += n;
	probe_check("write while full", -EAGAIN, n);
	probe_check("room for 4096 bytes", 1, taken >= 4096);
}

PROBE_CHECKS("an O_NONBLOCK pipe fails with EAGAIN when empty or full, and holds at least 4096 "
	     "bytes");
