#include "probe.h"

static int said[2];

static int child(void)
{
	char *argv[] = { (char *)probe_sibling_path("address_target"), NULL };

	sys(dup2, said[1], 3);
	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	uintptr_t first = 0, second = 0;

	probe_require("pipe", port_pipe(said));
	probe_check("end of the child", 0, probe_child(child));
	probe_check("read", sizeof(first), sys(read, said[0], &first, sizeof(first)));
	for (int i = 0; i < 3 && (!second || first == second); i++) {
		probe_check("end of the child", 0, probe_child(child));
		probe_check("read", sizeof(second), sys(read, said[0], &second, sizeof(second)));
	}
	probe_check("the addresses differ", 1, first != second);
}

PROBE_CHECKS("the stack of a program lies at different addresses in two runs");
