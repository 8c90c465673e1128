#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct timespec now;
	struct timeval day;

	probe_need("clock_gettime", sys(clock_gettime, CLOCK_REALTIME, &now));
	probe_need("gettimeofday", sys(gettimeofday, &day, 0));
	probe_check("after the year 2000", 1, now.tv_sec > 946684800);
	probe_check("they agree to a second", 1, day.tv_sec - now.tv_sec <= 1);
}

PROBE_ASKS("the time of day is one of this century, and gettimeofday agrees");
