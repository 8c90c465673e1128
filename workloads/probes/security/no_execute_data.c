#include "probe.h"

#include <linux/signal.h>

#include "probe_machine.h"

/* In a page of data. */
static unsigned char code[16] = MACHINE_RETURN;

static int child(void)
{
	((void (*)(void))(void *)code)();
	return 0;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_CHECKS("data pages are not executable");
