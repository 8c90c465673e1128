#include "probe.h"

#include "thread.h"

static void work(void *arg)
{
	(void)arg;
	probe_sleep();
}

static int child(void)
{
	char *argv[] = { (char *)probe_beside("../process/exec_target"), NULL };

	thread_start(work, NULL);
	probe_pause(2);
	return (int)-sys(execve, argv[0], argv, argv + 1);
}

void probe(void)
{
	probe_check("exit status of the program", 42, probe_child(child));
}

PROBE_ASKS("exec in a process with threads ends the other threads and keeps the process id");
