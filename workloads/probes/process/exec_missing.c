#include "probe.h"

void probe(void)
{
	char *argv[] = { "x", NULL };
	int fd = probe_file("not a program");

	probe_check("fchmod", 0, sys(fchmod, fd, 0700));
	probe_check("close", 0, port_close(fd));
	probe_check("exec of a missing file", -ENOENT, sys(execve, "/not/there", argv, argv + 1));
	probe_check("exec of a text", -ENOEXEC, sys(execve, PROBE_FILE, argv, argv + 1));
}

PROBE_CHECKS("exec of a missing or invalid program fails and leaves the caller intact");
