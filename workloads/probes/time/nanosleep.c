#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct timespec bad = { .tv_nsec = 1000000000 };
	uint64_t before = 0, after = 0;

	port_time_ns(&before);
	probe_require("nanosleep", port_sleep_ns(3000000));
	port_time_ns(&after);
	probe_check("slept no shorter", 1, after - before >= 3000000);
	probe_check("slept not much longer", 1, after - before < 500000000);
	probe_check("a billion nanoseconds", -EINVAL, sys(nanosleep, &bad, 0));
}

PROBE_CHECKS("nanosleep sleeps at least as long as requested and rejects an invalid time");
