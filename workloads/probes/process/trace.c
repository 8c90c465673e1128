#include "probe.h"

#include <linux/ptrace.h>
#include <linux/signal.h>
#include <linux/wait.h>

static volatile long secret = 4711;

static int child(void)
{
	secret = 4712;
	if (sys(ptrace, PTRACE_TRACEME, 0, 0, 0) != 0)
		return 1;
	sys(kill, port_getpid(), SIGSTOP);
	return 3;
}

void probe(void)
{
	long pid, word = 0;
	int status = 0;

	if (sys(ptrace, PTRACE_CONT, 0, 0, 0) == -ENOSYS)
		probe_absent("ptrace", ENOSYS);
	pid = probe_fork(child);
	probe_check("wait for its stop", pid, sys(wait4, pid, &status, 0, 0));
	probe_check("it stopped", 0x7f | SIGSTOP << 8, status);
	probe_check("peek", 0, sys(ptrace, PTRACE_PEEKDATA, pid, &secret, &word));
	probe_check("word in the child", 4712, word);
	probe_check("continue", 0, sys(ptrace, PTRACE_CONT, pid, 0, 0));
	probe_check("exit status of the child", 3, probe_join(pid));
}

PROBE_CHECKS("ptrace reads the memory of a child that asked to be traced");
