#include "probe.h"

static int child(void)
{
	char *argv[] = { (char *)probe_sibling_path("exec_target"), "first", "", NULL };
	char *envp[] = { "KEY=value", NULL };

	return (int)-sys(execve, argv[0], argv, envp);
}

void probe(void)
{
	probe_check("exit status of the program", 42, probe_child(child));
}

PROBE_CHECKS("exec runs another program with the given arguments and environment");
