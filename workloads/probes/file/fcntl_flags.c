#include "probe.h"

void probe(void)
{
	int fd = probe_file("x");

	probe_check("F_DUPFD", 50, probe_require("fcntl", sys(fcntl, fd, F_DUPFD, 50)));
	probe_check("F_SETFL", 0, sys(fcntl, fd, F_SETFL, O_APPEND));
	probe_check("F_GETFL of the duplicate", O_APPEND, sys(fcntl, 50, F_GETFL, 0) & O_APPEND);
	probe_check("F_GETFD of the duplicate", 0, sys(fcntl, 50, F_GETFD, 0));
}

PROBE_CHECKS("fcntl duplicates a descriptor at or above a minimum, and gets and sets flags");
