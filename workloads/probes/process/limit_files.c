#include "probe.h"

#include <linux/resource.h>

void probe(void)
{
	struct rlimit64 limit = { 8, 8 }, got;
	long fd, last = -1;

	probe_require("prlimit64", sys(prlimit64, 0, RLIMIT_NOFILE, &limit, 0));
	probe_require("prlimit64", sys(prlimit64, 0, RLIMIT_NOFILE, 0, &got));
	probe_check("the limit read back", 8, (int64_t)got.rlim_cur);
	while ((fd = sys(dup, 1)) >= 0)
		last = fd;
	probe_check("error at the limit", -EMFILE, fd);
	probe_check("the last descriptor below it", 7, last);
}

PROBE_CHECKS("RLIMIT_NOFILE limits open descriptors");
