#include "probe.h"

#include "action.h"

static volatile int caught;

static void handle(int signal)
{
	caught = signal;
}

void probe(void)
{
	uint64_t mask = action_bit(SIGUSR1), pending = 0;

	probe_require("sigaction", port_signal(SIGUSR1, handle));
	probe_require("sigprocmask", sys(rt_sigprocmask, SIG_BLOCK, &mask, 0, 8));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("caught while blocked", 0, caught);
	probe_require("sigpending", sys(rt_sigpending, &pending, 8));
	probe_check("pending", (int64_t)mask, (int64_t)(pending & mask));
	probe_check("sigprocmask", 0, sys(rt_sigprocmask, SIG_UNBLOCK, &mask, 0, 8));
	probe_check("caught once let through", SIGUSR1, caught);
}

PROBE_CHECKS("a blocked signal is reported as pending and delivered once unblocked");
