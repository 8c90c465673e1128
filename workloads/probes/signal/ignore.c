#include "probe.h"

#include <linux/signal.h>

void probe(void)
{
	probe_require("sigaction", port_signal(SIGTERM, SIG_IGN));
	probe_require("kill", sys(kill, port_getpid(), SIGTERM));
	probe_check("ignore SIGKILL", -EINVAL, port_signal(SIGKILL, SIG_IGN));
	probe_check("kill with 0 only asks", 0, sys(kill, port_getpid(), 0));
	probe_check("kill of nobody", -ESRCH, sys(kill, 999999, 0));
}

PROBE_CHECKS("an ignored signal has no effect, and SIGKILL cannot be ignored");
