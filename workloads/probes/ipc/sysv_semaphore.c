#include "probe.h"

static long set;

static int child(void)
{
	probe_sleep_ms(2);
	return port_sem_add(set, 0, 2) != 0;
}

void probe(void)
{
	long pid;

	set = probe_require("semget", port_sem_create(1));
	pid = probe_fork(child);
	probe_check("semop that waits", 0, port_sem_add(set, 0, -1));
	probe_check("semop that need not", 0, port_sem_add(set, 0, -1));
	probe_check("end of the child", 0, probe_join(pid));
	probe_check("semctl, remove", 0, port_sem_remove(set));
	probe_check("semop once it is removed", -EINVAL, port_sem_add(set, 0, 1));
}

PROBE_CHECKS("a System V semaphore blocks a process until it is raised");
