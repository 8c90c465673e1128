#include "probe.h"

#include "text.h"

void probe(void)
{
	char text[64] = { 0 };
	long fd;

	sys(mkdir, "/proc", 0755);
	fd = port_open("/proc/self/cmdline", O_RDONLY);
	if (fd < 0) {
		probe_require("mount of proc", sys(mount, "proc", "/proc", "proc", 0, 0));
		fd = probe_require("open of cmdline", port_open("/proc/self/cmdline", O_RDONLY));
	}
	probe_check("something to read", 1, sys(read, fd, text, sizeof(text) - 1) > 0);
	probe_check("the first argument", 1, text_equal(text, probe_path()));
}

PROBE_CHECKS("/proc, once mounted, shows the command line of the process");
