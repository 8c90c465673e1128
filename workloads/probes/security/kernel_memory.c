#include "probe.h"

#include <linux/signal.h>

#include "probe_machine.h"

static uintptr_t address;

static int child(void)
{
	return *(volatile char *)address;
}

void probe(void)
{
	static const uintptr_t tried[] = MACHINE_NOT_OURS;

	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		address = tried[i];
		probe_check("end of a child that reads there", 128 + SIGSEGV, probe_child(child));
	}
}

PROBE_CHECKS("user code can read neither kernel addresses nor non-canonical ones");
