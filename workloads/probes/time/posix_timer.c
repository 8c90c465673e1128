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
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec once = { .it_value.tv_nsec = 2000000 };
	int timer = 0;

	probe_require("sigaction", port_signal(SIGUSR1, handle));
	probe_require("timer_create", sys(timer_create, CLOCK_MONOTONIC, &event, &timer));
	probe_check("timer_settime", 0, sys(timer_settime, timer, 0, &once, 0));
	for (int i = 0; i < 100 && !caught; i++)
		port_sleep_ns(1000000);
	probe_check("signals", 1, caught);
	probe_check("timer_delete", 0, sys(timer_delete, timer));
}

PROBE_CHECKS("timer_create creates a timer that sends a signal");
