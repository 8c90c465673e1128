#include "probe.h"

#include <linux/signal.h>

static volatile int caught;

static void handle(int signal)
{
	caught = signal;
}

void probe(void)
{
	probe_require("sigaction", port_signal(SIGUSR1, handle));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("signal that the handler got", SIGUSR1, caught);
}

PROBE_CHECKS("a handler runs, and the interrupted program resumes");
