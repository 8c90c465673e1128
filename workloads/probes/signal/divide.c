#include "probe.h"

#include <linux/signal.h>

static int divide(void)
{
	int quotient;

	__asm__ volatile("cltd\n\tidivl %1" : "=a"(quotient) : "r"(0), "a"(1) : "edx");
	return quotient;
}

static int undefined(void)
{
	__asm__ volatile("ud2");
	return 0;
}

void probe(void)
{
	probe_check("end by a division", 128 + SIGFPE, probe_child(divide));
	probe_check("end by an undefined instruction", 128 + SIGILL, probe_child(undefined));
}

PROBE_ASKS("a division by zero gives SIGFPE, an instruction that is none SIGILL");
