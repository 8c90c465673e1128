#include "probe.h"

#include <linux/signal.h>

/* A ret, in a page of data. */
static unsigned char code[16] = { 0xc3 };

static int child(void)
{
	((void (*)(void))(void *)code)();
	return 0;
}

void probe(void)
{
	probe_check("end of the child", 128 + SIGSEGV, probe_child(child));
}

PROBE_ASKS("data cannot be run as code");
