#include "probe.h"

#include "thread.h"

static void work(void *arg)
{
	(void)arg;
	probe_sleep_forever();
}

static int child(void)
{
	char *argv[] = { (char *)probe_sibling_path("../process/exec_target"), NULL };

	thread_start(work, NULL);
	probe_sleep_ms(2);
	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	probe_check("exit status of the program", 42, probe_child(child));
}

PROBE_CHECKS("exec in a process with threads ends the other threads and keeps the process id");
