#include "probe.h"

static long segment;

static int child(void)
{
	long at = sys(shmat, segment, 0, 0);

	if (at < 0 && at > -4096)
		return 1;
	*(volatile int *)at = 7;
	return 0;
}

void probe(void)
{
	long at;

	segment = probe_require("shmget",
				sys(shmget, LINUX_IPC_PRIVATE, 4096, LINUX_IPC_CREAT | 0600));
	at = probe_require("shmat", sys(shmat, segment, 0, 0));
	probe_check("end of the child", 0, probe_child(child));
	probe_check("what the child wrote", 7, *(volatile int *)at);
	probe_check("shmctl, remove", 0, sys(shmctl, segment, LINUX_IPC_RMID, 0));
}

PROBE_CHECKS("System V shared memory is shared by all processes that attach it");
