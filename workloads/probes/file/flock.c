#include "probe.h"

#define LOCK_EX_NB 6

void probe(void)
{
	int fd = probe_file("x");
	long other = probe_require("open", port_open(PROBE_FILE, O_RDWR));

	probe_require("flock", sys(flock, fd, LOCK_EX_NB));
	probe_check("flock by another", -EAGAIN, sys(flock, other, LOCK_EX_NB));
	probe_check("close", 0, port_close(fd));
	probe_check("flock once free", 0, sys(flock, other, LOCK_EX_NB));
}

PROBE_CHECKS("flock excludes other open file descriptions of the same file");
