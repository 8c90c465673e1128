#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct timespec step = { 1, 1 };

	probe_require("clock_getres", sys(clock_getres, CLOCK_MONOTONIC, &step));
	probe_check("finer than a second", 0, step.tv_sec);
	probe_check("not 0", 1, step.tv_nsec > 0);
	probe_check("a clock that is none", -EINVAL, sys(clock_gettime, 999, &step));
}

PROBE_CHECKS("clock_getres returns a resolution, and an unknown clock is rejected");
