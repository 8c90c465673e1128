#include "probe.h"

#define OTHER PROBE_FILE "-other"

void probe(void)
{
	struct port_stat st;
	char byte = 0;
	long fd;

	probe_check("close", 0, port_close(probe_file("old")));
	sys(unlink, OTHER);
	probe_check("rename to a new name", 0,
		    probe_require("rename", sys(rename, PROBE_FILE, OTHER)));
	probe_check("stat of the old name", -ENOENT, port_stat(PROBE_FILE, &st));
	probe_check("close", 0, port_close(probe_file("new")));
	probe_check("rename over a file", 0, sys(rename, PROBE_FILE, OTHER));
	fd = probe_require("open", port_open(OTHER, O_RDONLY));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 'n', byte);
	probe_check("unlink", 0, sys(unlink, OTHER));
}

PROBE_CHECKS("rename moves a file and replaces an existing one");
