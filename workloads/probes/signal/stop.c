#include "probe.h"

#include <linux/signal.h>
#include <linux/wait.h>

static int child(void)
{
	probe_sleep_forever();
}

void probe(void)
{
	long pid = probe_fork(child);
	int status = 0;

	probe_require("kill", sys(kill, pid, SIGSTOP));
	probe_check("wait for its stop", pid, sys(wait4, pid, &status, WUNTRACED, 0));
	probe_check("it stopped", 0x7f | SIGSTOP << 8, status);
	probe_check("kill", 0, sys(kill, pid, SIGCONT));
	probe_check("wait for its going on", pid, sys(wait4, pid, &status, WCONTINUED, 0));
	probe_check("it goes on", 0xffff, status);
	probe_check("kill", 0, sys(kill, pid, SIGKILL));
	probe_check("end of the child", 128 + SIGKILL, probe_join(pid));
}

PROBE_CHECKS("SIGSTOP stops a process, SIGCONT resumes it, and wait4 reports both");
