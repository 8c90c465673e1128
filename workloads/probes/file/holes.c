#include "probe.h"

void probe(void)
{
	int fd = probe_file("x");
	struct port_stat st;
	char byte = 1;

	probe_check("pwrite", 1, sys(pwrite64, fd, "y", 1, 1 << 30));
	probe_check("pread in the hole", 1, sys(pread64, fd, &byte, 1, 1 << 20));
	probe_check("byte of the hole", 0, byte);
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("size", (1 << 30) + 1, st.linux_stat.st_size);
	probe_check("less than 1 MiB in blocks", 1, st.linux_stat.st_blocks < 2048);
}

PROBE_CHECKS("a write far past the end of a file leaves a hole that reads as zeros and takes no "
	     "blocks");
