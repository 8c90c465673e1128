#include "probe.h"

#define OTHER PROBE_FILE "-other"

void probe(void)
{
	int fd = probe_file("x");
	struct port_stat st;

	sys(unlink, OTHER);
	probe_require("link", sys(link, PROBE_FILE, OTHER));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("names", 2, (int64_t)st.linux_stat.st_nlink);
	probe_check("unlink", 0, sys(unlink, PROBE_FILE));
	probe_check("stat of the other name", 0, port_stat(OTHER, &st));
	probe_check("unlink", 0, sys(unlink, OTHER));
}

PROBE_CHECKS("link gives a file a second name, and st_nlink counts both");
