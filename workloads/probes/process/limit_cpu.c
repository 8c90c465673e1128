#include "probe.h"

#include <linux/resource.h>
#include <linux/signal.h>

static int spin(void)
{
	struct rlimit64 limit = { 1, 2 };

	if (sys(prlimit64, 0, RLIMIT_CPU, &limit, 0) != 0)
		return 1;
	probe_spin();
}

void probe(void)
{
	struct rlimit64 got;

	probe_need("prlimit64", sys(prlimit64, 0, RLIMIT_CPU, 0, &got));
	probe_check("end of the child", 128 + SIGXCPU, probe_child(spin));
}

PROBE_ASKS("a process that uses up its CPU time gets SIGXCPU");
