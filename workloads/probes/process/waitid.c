#include "probe.h"

#include <linux/signal.h>
#include <linux/wait.h>

static int child(void)
{
	return 9;
}

void probe(void)
{
	siginfo_t info = { 0 };
	long pid = probe_fork(child);

	probe_require("waitid", sys(waitid, P_PID, pid, &info, WEXITED | WNOWAIT, 0));
	probe_check("process in the siginfo", pid, info.si_pid);
	probe_check("status in the siginfo", 9, info.si_status);
	probe_check("code in the siginfo", CLD_EXITED, info.si_code);
	probe_check("end of the child", 9, probe_join(pid));
}

PROBE_CHECKS("waitid with WNOWAIT reports a child and leaves it waitable");
