#include "probe.h"

#include <linux/futex.h>
#include <linux/time.h>

void probe(void)
{
	struct timespec time = { .tv_nsec = 2000000 };
	uint64_t before = 0, after = 0;
	uint32_t word = 0;

	probe_require("futex", port_futex_wake(&word, 1));
	port_time_ns(&before);
	probe_check("wait with a time", -ETIMEDOUT, sys(futex, &word, FUTEX_WAIT, 0, &time, 0, 0));
	port_time_ns(&after);
	probe_check("it waited that long", 1, after - before >= 2000000);
}

PROBE_CHECKS("FUTEX_WAIT times out");
