#include "probe.h"

#include "probe_machine.h"

static void handle(int signal)
{
	(void)signal;
	machine_spoil();
}

void probe(void)
{
	long general, vector;

	probe_require("sigaction", port_signal(SIGUSR1, handle));
	machine_keep(port_getpid(), SIGUSR1, 4711, &general, &vector);
	probe_check("a general register", 4711, general);
	probe_check("a vector or floating-point register", 4711, vector);
}

PROBE_CHECKS("the registers of interrupted code survive a handler, vector registers included");
