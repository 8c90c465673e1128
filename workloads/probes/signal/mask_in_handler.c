#include "probe.h"

#include "action.h"

static volatile int depth, deepest, runs;

static void handle(int signal)
{
	runs++;
	if (++depth > deepest)
		deepest = depth;
	if (runs == 1) {
		sys(kill, port_getpid(), SIGUSR1);
		sys(kill, port_getpid(), SIGUSR2);
	}
	depth--;
	(void)signal;
}

void probe(void)
{
	probe_require("sigaction", action_set(SIGUSR1, handle, 0, action_bit(SIGUSR2)));
	probe_require("sigaction", action_set(SIGUSR2, handle, 0, 0));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("handlers that ran", 3, runs);
	probe_check("at most one at a time", 1, deepest);
}

PROBE_CHECKS("while a handler runs, its own signal and those of sa_mask are blocked");
