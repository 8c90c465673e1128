#include "probe.h"

void probe(void)
{
	long folder =
		probe_require("open of a folder", sys(open, "/tmp", O_RDONLY | O_DIRECTORY, 0));
	struct port_stat st;

	probe_check("close", 0, port_close(probe_file("x")));
	probe_require("fchdir", sys(fchdir, folder));
	probe_check("stat of a relative path", 0, port_stat(&PROBE_FILE[5], &st));
	probe_check("O_DIRECTORY of a file", -ENOTDIR,
		    sys(open, PROBE_FILE, O_RDONLY | O_DIRECTORY, 0));
	probe_check("read of a folder", -EISDIR, sys(read, folder, &st, 1));
}

PROBE_CHECKS("fchdir enters an open directory, and O_DIRECTORY refuses anything else");
