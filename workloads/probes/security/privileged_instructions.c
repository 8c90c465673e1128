#include "probe.h"

#include "probe_machine.h"

static int which;

static int child(void)
{
	machine_privileged(which);
	return 0;
}

void probe(void)
{
	for (which = 0; which < MACHINE_PRIVILEGED; which++)
		probe_check("end of a child that tried", 128 + MACHINE_PRIVILEGED_SIGNAL,
			    probe_child(child));
}

PROBE_CHECKS("user code cannot execute privileged instructions");
