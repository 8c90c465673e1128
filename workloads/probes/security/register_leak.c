#include "probe.h"

#include "probe_machine.h"

static int is_kernel(unsigned long value)
{
	return value >= 0xffff800000000000 && value < -4096ul;
}

void probe(void)
{
	unsigned long left[MACHINE_LEFT];
	int found = 0;

	machine_left(left);
	for (unsigned int i = 0; i < MACHINE_LEFT; i++)
		found += is_kernel(left[i]);
	probe_check("addresses of the kernel", 0, found);
}

PROBE_CHECKS("a system call leaves no kernel data in the registers it may clobber");
