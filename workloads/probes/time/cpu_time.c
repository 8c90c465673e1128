#include "probe.h"

#include <linux/time.h>

static int64_t used(void)
{
	struct timespec now;

	probe_require("clock_gettime of the process",
		      sys(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &now));
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

void probe(void)
{
	int64_t start = used(), ran, slept;

	for (volatile unsigned int i = 0; i < 3000000; i++)
		;
	ran = used() - start;
	start = used();
	probe_sleep_ms(200);
	slept = used() - start;
	probe_check("it counts while running", 1, ran > 1000000);
	probe_check("it hardly counts while asleep", 1, slept < 50000000);
}

PROBE_CHECKS("the CPU clock of a process advances while it runs and not while it sleeps");
