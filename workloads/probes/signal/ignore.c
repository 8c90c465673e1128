#include "probe.h"

#include <linux/signal.h>

void probe(void)
{
	probe_need("sigaction", port_catch(SIGTERM, SIG_IGN));
	probe_need("kill", sys(kill, port_getpid(), SIGTERM));
	probe_check("ignore SIGKILL", -EINVAL, port_catch(SIGKILL, SIG_IGN));
	probe_check("kill with 0 only asks", 0, sys(kill, port_getpid(), 0));
	probe_check("kill of nobody", -ESRCH, sys(kill, 999999, 0));
}

PROBE_ASKS("an ignored signal has no effect, and SIGKILL cannot be ignored");
