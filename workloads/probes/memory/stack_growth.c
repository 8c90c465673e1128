#include "probe.h"

static int deep(unsigned int left)
{
	volatile char frame[4096];

	frame[0] = (char)left;
	if (!left)
		return 0;
	return deep(left - 1) + (frame[0] == (char)left ? 0 : 1);
}

static int child(void)
{
	return deep(240);
}

void probe(void)
{
	probe_check("end of the deep child", 0, probe_child(child));
}

PROBE_CHECKS("the stack grows on demand, to at least one megabyte");
