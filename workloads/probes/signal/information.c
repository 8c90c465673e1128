#include "probe.h"

#include "action.h"

static volatile long sender;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	sender = info->si_pid;
}

static int child(void)
{
	return (int)-sys(kill, port_getppid(), SIGUSR1);
}

void probe(void)
{
	long pid;

	probe_require("sigaction", action_with_information(SIGUSR1, handle, 0));
	pid = probe_fork(child);
	probe_check("end of the child", 0, probe_join(pid));
	probe_check("id of the sender", pid, sender);
}

PROBE_CHECKS("with SA_SIGINFO a handler is told who sent the signal");
