#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct timespec until;
	uint64_t now = 0, then;

	probe_require("clock_gettime", port_time_ns(&now));
	then = now + 3000000;
	until.tv_sec = (long)(then / 1000000000);
	until.tv_nsec = (long)(then % 1000000000);
	probe_require("clock_nanosleep", sys(clock_nanosleep, CLOCK_MONOTONIC, 1, &until, 0));
	port_time_ns(&now);
	probe_check("it is that late", 1, now >= then);
	probe_check("a time that is past", 0, sys(clock_nanosleep, CLOCK_MONOTONIC, 1, &until, 0));
}

PROBE_CHECKS("clock_nanosleep sleeps until an absolute time");
