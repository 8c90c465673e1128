#include "probe.h"

#include <linux/signal.h>

static int member(void)
{
	probe_sleep_forever();
}

void probe(void)
{
	long first = probe_fork(member), second = probe_fork(member);

	probe_require("setpgid", sys(setpgid, first, first));
	probe_require("setpgid", sys(setpgid, second, first));
	probe_check("getpgid", first, sys(getpgid, second));
	probe_check("kill of the group", 0, sys(kill, -first, SIGTERM));
	probe_check("end of the first", 128 + SIGTERM, probe_join(first));
	probe_check("end of the second", 128 + SIGTERM, probe_join(second));
}

PROBE_CHECKS("a signal to a process group reaches every member");
