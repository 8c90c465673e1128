#include "probe.h"

static long set;

static int child(void)
{
	probe_pause(2);
	return port_semaphore(set, 0, 2) != 0;
}

void probe(void)
{
	long pid;

	set = probe_need("semget", port_semaphores(1));
	pid = probe_fork(child);
	probe_check("semop that waits", 0, port_semaphore(set, 0, -1));
	probe_check("semop that need not", 0, port_semaphore(set, 0, -1));
	probe_check("end of the child", 0, probe_join(pid));
	probe_check("semctl, remove", 0, port_semaphores_remove(set));
	probe_check("semop once it is removed", -EINVAL, port_semaphore(set, 0, 1));
}

PROBE_ASKS("a System V semaphore blocks a process until it is raised");
