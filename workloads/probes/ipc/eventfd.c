#include "probe.h"

void probe(void)
{
	uint64_t value = 3;
	long fd = probe_require("eventfd2", sys(eventfd2, 0, O_NONBLOCK));

	probe_check("read while it is 0", -EAGAIN, sys(read, fd, &value, 8));
	probe_check("write", 8, sys(write, fd, &value, 8));
	probe_check("write", 8, sys(write, fd, &value, 8));
	probe_check("read", 8, sys(read, fd, &value, 8));
	probe_check("sum", 6, (int64_t)value);
}

PROBE_CHECKS("an eventfd adds up writes, and a read returns the sum and clears it");
