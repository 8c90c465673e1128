#include "probe.h"

#include <linux/signal.h>

static int child(void)
{
	uintptr_t address = 0;

	/* Out of the compiler's sight, which would take it for a mistake. */
	__asm__("" : "+r"(address));
	return *(volatile char *)address;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_CHECKS("nothing is mapped at address 0");
