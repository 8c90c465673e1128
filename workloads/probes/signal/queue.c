#include "probe.h"

#include "action.h"

static volatile int values[4], count;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (count < 4)
		values[count++] = info->si_int;
}

void probe(void)
{
	uint64_t mask = action_bit(SIGRTMIN);

	probe_require("sigaction", action_with_information(SIGRTMIN, handle, 0));
	probe_require("sigprocmask", sys(rt_sigprocmask, SIG_BLOCK, &mask, 0, 8));
	for (int i = 1; i <= 3; i++) {
		siginfo_t info = { .si_signo = SIGRTMIN, .si_code = SI_QUEUE };

		info.si_pid = (int)port_getpid();
		info.si_int = 10 * i;
		probe_require("rt_sigqueueinfo",
			      sys(rt_sigqueueinfo, port_getpid(), SIGRTMIN, &info));
	}
	probe_check("sigprocmask", 0, sys(rt_sigprocmask, SIG_UNBLOCK, &mask, 0, 8));
	probe_check("handlers that ran", 3, count);
	probe_check("the first value", 10, values[0]);
	probe_check("the last value", 30, values[2]);
}

PROBE_CHECKS("real-time signals are queued in order and carry a value");
