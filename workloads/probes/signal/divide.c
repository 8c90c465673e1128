#include "probe.h"

#include "probe_machine.h"

static int undefined(void)
{
	machine_undefined();
	return 0;
}

void probe(void)
{
	const int by_signal = MACHINE_DIVISION_SIGNAL;

	probe_check("end by a division", by_signal ? 128 + by_signal : 0,
		    probe_child(machine_divide_by_zero));
	probe_check("end by an undefined instruction", 128 + SIGILL, probe_child(undefined));
}

PROBE_CHECKS("division by zero raises SIGFPE where the CPU traps it, and an illegal instruction "
	     "SIGILL");
