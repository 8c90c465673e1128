#include "probe.h"

static int child(void)
{
	long fd = port_open(PROBE_FILE, O_WRONLY);

	return fd < 0 || sys(write, fd, "x", 1) != 1;
}

void probe(void)
{
	char byte = 0;
	long pid, fd;

	sys(unlink, PROBE_FILE);
	probe_require("mknod of a FIFO", port_mkfifo(PROBE_FILE));
	probe_check("open to write that may not wait", -ENXIO,
		    sys(open, PROBE_FILE, O_WRONLY | O_NONBLOCK, 0));
	pid = probe_fork(child);
	fd = probe_require("open of a FIFO", port_open(PROBE_FILE, O_RDONLY));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 'x', byte);
	probe_check("end of the child", 0, probe_join(pid));
	probe_check("read at the end", 0, sys(read, fd, &byte, 1));
}

PROBE_CHECKS("a FIFO connects two processes by name, and open waits for the other end");
