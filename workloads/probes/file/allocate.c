#include "probe.h"

void probe(void)
{
	int fd = probe_file("x");
	struct port_stat st;

	probe_require("fallocate", sys(fallocate, fd, 0, 0, 65536));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("size", 65536, st.linux_stat.st_size);
	probe_check("room is taken", 1, st.linux_stat.st_blocks >= 128);
}

PROBE_CHECKS("fallocate reserves space ahead of writes");
