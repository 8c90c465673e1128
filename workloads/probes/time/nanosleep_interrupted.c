#include "probe.h"

#include <linux/signal.h>
#include <linux/time.h>

static void handle(int signal)
{
	(void)signal;
}

static int child(void)
{
	probe_sleep_ms(5);
	return (int)-sys(kill, port_getppid(), SIGUSR1);
}

void probe(void)
{
	struct timespec asked = { .tv_sec = 5 }, left = { 0 };
	long pid;

	probe_require("sigaction", port_signal(SIGUSR1, handle));
	pid = probe_fork(child);
	probe_check("nanosleep", -EINTR, sys(nanosleep, &asked, &left));
	probe_check("more than 3 s left", 1, left.tv_sec >= 3 && left.tv_sec < 5);
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("a handler interrupts nanosleep, which returns the remaining time");
