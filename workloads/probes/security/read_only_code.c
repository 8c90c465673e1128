#include "probe.h"

#include <linux/signal.h>

static int child(void)
{
	*(volatile unsigned char *)(uintptr_t)&probe = 0xc3;
	return 0;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_CHECKS("the code of a program is not writable");
