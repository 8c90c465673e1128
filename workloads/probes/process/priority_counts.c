#include "probe.h"

#include <linux/resource.h>

static volatile uint64_t *turns;
static int nicer;

static int work(void)
{
	if (nicer)
		sys(setpriority, PRIO_PROCESS, 0, 19);
	while (!turns[2])
		turns[nicer]++;
	return 0;
}

void probe(void)
{
	void *shared = NULL;
	long first, second;

	probe_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &shared));
	probe_require("setpriority", sys(setpriority, PRIO_PROCESS, 0, 0));
	turns = shared;
	first = probe_fork(work);
	nicer = 1;
	second = probe_fork(work);
	probe_sleep_ms(120);
	turns[2] = 1;
	probe_join(first);
	probe_join(second);
	probe_check("both ran", 1, turns[0] && turns[1]);
	probe_check("the nicer one did less than half", 1, turns[1] < turns[0] / 2);
}

PROBE_CHECKS("of two busy processes, the nicer one gets less CPU time");
