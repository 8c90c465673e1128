#include "probe.h"

#include "fault.h"

static int forever(volatile char *above);
/* Out of the compiler's sight, which would refuse it. */
static int (*volatile again)(volatile char *) = forever;

static int forever(volatile char *above)
{
	volatile char frame[4096];

	frame[0] = above[0];
	return again(frame) + frame[0];
}

static int child(void)
{
	volatile char first[1] = { 0 };

	return forever(first);
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_CHECKS("unbounded recursion ends in SIGSEGV");
