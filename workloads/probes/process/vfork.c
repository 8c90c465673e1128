#include "probe.h"

static volatile int ended;

void probe(void)
{
	struct port_wait_status status;
	/* The child must not return from the function that called vfork, and does not. */
	long pid = probe_require("vfork", sys(vfork));

	if (pid == 0) {
		ended = 1;
		sys(exit, 5);
	}
	probe_check("wait", pid, port_wait(pid, &status));
	probe_check("exit status of the child", 5, status.exit_status);
	probe_check("the child shared this memory and came first", 1, ended);
}

PROBE_CHECKS("vfork suspends the parent until the child calls exec or exits");
