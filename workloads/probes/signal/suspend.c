#include "probe.h"

#include "action.h"

void probe(void)
{
	uint64_t mask = action_bit(SIGUSR1), none = 0;

	probe_require("sigaction", action_set(SIGUSR1, action_count, 0, 0));
	probe_require("sigprocmask", sys(rt_sigprocmask, SIG_BLOCK, &mask, 0, 8));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	if (sys(rt_sigsuspend, &none, 8) == -ENOSYS)
		probe_absent("rt_sigsuspend", ENOSYS);
	probe_check("handlers that ran", 1, action_counted);
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("handlers that ran once it is blocked again", 1, action_counted);
}

PROBE_CHECKS("sigsuspend unblocks a signal and waits for it atomically");
