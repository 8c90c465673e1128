#include "probe.h"

#include <linux/signal.h>

static int child(void)
{
	volatile unsigned char code[16] = { 0xc3 };

	((void (*)(void))(void *)code)();
	return 0;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_CHECKS("the stack is not executable");
