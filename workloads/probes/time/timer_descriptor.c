#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct itimerspec often = { { 0, 1000000 }, { 0, 1000000 } };
	uint64_t count = 0;
	long fd = probe_require("timerfd_create", sys(timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK));

	probe_check("read before it is set", -EAGAIN, sys(read, fd, &count, 8));
	probe_check("timerfd_settime", 0, sys(timerfd_settime, fd, 0, &often, 0));
	probe_sleep_ms(5);
	probe_check("read", 8, sys(read, fd, &count, 8));
	probe_check("it went off more than once", 1, count >= 2);
}

PROBE_CHECKS("a timerfd counts its expirations");
