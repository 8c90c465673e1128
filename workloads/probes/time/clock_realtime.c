#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct timespec now;
	struct timeval day;

	probe_require("clock_gettime", sys(clock_gettime, CLOCK_REALTIME, &now));
	probe_require("gettimeofday", sys(gettimeofday, &day, 0));
	probe_check("after the year 2000", 1, now.tv_sec > 946684800);
	/* gettimeofday came second: another second may have begun. */
	probe_check("they agree to a second", 1,
		    day.tv_sec >= now.tv_sec && day.tv_sec - now.tv_sec <= 1);
}

PROBE_CHECKS("the realtime clock is past the year 2000, and gettimeofday agrees");
