#include "probe.h"

void probe(void)
{
	int fd = probe_file("still here");
	struct port_stat st;
	char byte = 0;

	probe_require("unlink", sys(unlink, PROBE_FILE));
	probe_check("stat of the name", -ENOENT, port_stat(PROBE_FILE, &st));
	probe_check("pread", 1, sys(pread64, fd, &byte, 1, 0));
	probe_check("byte read", 's', byte);
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("names left", 0, (int64_t)st.linux_stat.st_nlink);
	probe_check("unlink again", -ENOENT, sys(unlink, PROBE_FILE));
	probe_check("unlink of a folder", -EISDIR, sys(unlink, "/tmp"));
}

PROBE_CHECKS("unlink removes a name while an open descriptor keeps the file readable");
