#include "probe.h"

#include "text.h"

static char script[300] = "#!";

static int child(void)
{
	char *argv[] = { PROBE_FILE, NULL };

	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	const char *target = probe_sibling_path("exec_target");
	size_t len = text_len(target);
	int fd;

	memcpy(script + 2, target, len);
	memcpy(script + 2 + len, " from-script\n", 14);
	fd = probe_file(script);
	probe_check("fchmod", 0, sys(fchmod, fd, 0700));
	probe_check("close", 0, port_close(fd));
	probe_check("exit status of the interpreter", 43, probe_child(child));
}

PROBE_CHECKS("exec of a file that starts with #! runs the interpreter it names");
