#include "probe.h"

static int open_fd, closed_fd;

static int child(void)
{
	static char a[4], b[4];
	char *argv[] = { (char *)probe_sibling_path("descriptor_target"), a, b, NULL };

	a[0] = (char)('0' + open_fd);
	b[0] = (char)('0' + closed_fd);
	return (int)-sys(execve, argv[0], argv, argv + 3);
}

void probe(void)
{
	open_fd = probe_file("x");
	closed_fd = (int)probe_require("open with O_CLOEXEC",
				       sys(open, PROBE_FILE, O_RDONLY | O_CLOEXEC, 0));
	probe_check("both have one digit", 1, open_fd < 10 && closed_fd < 10);
	probe_check("F_GETFD", FD_CLOEXEC, sys(fcntl, closed_fd, F_GETFD, 0));
	probe_check("what the program found", 0, probe_child(child));
}

PROBE_CHECKS("exec closes descriptors marked FD_CLOEXEC and leaves others open");
