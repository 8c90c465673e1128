#include "probe.h"

#include <linux/signal.h>
#include <linux/time.h>

static volatile int caught;

static void handle(int signal)
{
	(void)signal;
	caught++;
}

void probe(void)
{
	struct itimerval often = { { 0, 3000 }, { 0, 3000 } };

	probe_require("sigaction", port_signal(SIGALRM, handle));
	probe_require("setitimer", sys(setitimer, ITIMER_REAL, &often, 0));
	while (caught < 3)
		port_sleep_ns(1000000);
	probe_check("alarms", 1, caught >= 3);
}

PROBE_CHECKS("setitimer delivers SIGALRM periodically");
