#include "probe.h"

static uint32_t *word;

static int child(void)
{
	return (int)-port_futex_wait(word, 0);
}

void probe(void)
{
	void *shared = NULL;
	long pid;

	probe_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &shared));
	word = shared;
	probe_require("futex", port_futex_wake(word, 1));
	pid = probe_fork(child);
	while (port_futex_wake(word, 1) == 0)
		probe_sleep_ms(1);
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("a futex in shared memory wakes another process");
