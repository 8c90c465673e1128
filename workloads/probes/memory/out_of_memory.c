#include "probe.h"

#include <linux/mman.h>
#include <linux/signal.h>

#define STEP (16ul << 20)

/* Children start from a clean slate, so whatever this one took is given back with it. */
static int eat(void)
{
	for (;;) {
		long at = sys(mmap, 0, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);

		if (at < 0 && at > -4096)
			return 12;
		for (size_t i = 0; i < STEP; i += PORT_PAGE_SIZE)
			((volatile char *)at)[i] = 1;
	}
}

void probe(void)
{
	void *area = NULL;
	int end = probe_child(eat);

	if (end != 12 && end != 128 + SIGKILL && end != 128 + SIGBUS && end != 128 + SIGSEGV)
		probe_wrong("end of the greedy child", 128 + SIGKILL, end);
	probe_require("mmap afterwards", port_mmap(STEP, &area));
	for (size_t i = 0; i < STEP; i += PORT_PAGE_SIZE)
		((volatile char *)area)[i] = 1;
}

PROBE_CHECKS("a process that exhausts memory fails without taking others with it");
