#include "probe.h"

void probe(void)
{
	int fd = probe_file("abcdef");
	struct port_stat st;
	char byte = 1;

	probe_require("ftruncate", sys(ftruncate, fd, 3));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("size", 3, st.linux_stat.st_size);
	probe_check("ftruncate", 0, sys(ftruncate, fd, 6));
	probe_check("pread", 1, sys(pread64, fd, &byte, 1, 3));
	probe_check("byte where some was cut off", 0, byte);
}

PROBE_CHECKS("ftruncate shortens a file, and extends it with zeros");
