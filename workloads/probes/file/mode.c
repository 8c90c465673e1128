#include "probe.h"

#include <linux/stat.h>

void probe(void)
{
	int fd = probe_file("x");
	struct port_stat st;

	probe_require("fchmod", sys(fchmod, fd, 0440));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("mode", S_IFREG | 0440, st.linux_stat.st_mode);
	probe_require("access", sys(access, PROBE_FILE, 4));
	probe_check("access to run it", -EACCES, sys(access, PROBE_FILE, 1));
}

PROBE_CHECKS("chmod sets the mode that stat reports and access checks");
