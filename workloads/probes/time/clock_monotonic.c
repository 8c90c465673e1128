#include "probe.h"

void probe(void)
{
	uint64_t last = 0, now = 0;

	probe_require("clock_gettime", port_time_ns(&last));
	for (int i = 0; i < 1000; i++) {
		probe_check("clock_gettime", 0, port_time_ns(&now));
		probe_check("it did not go back", 1, now >= last);
		last = now;
	}
	probe_sleep_ms(5);
	probe_check("clock_gettime", 0, port_time_ns(&now));
	probe_check("it went on by the sleep", 1, now - last >= 5000000);
}

PROBE_CHECKS("the monotonic clock never goes back, and advances while a process sleeps");
