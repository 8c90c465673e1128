#include "probe.h"

void probe(void)
{
	uint32_t word = 1;

	probe_require("futex", port_futex_wake(&word, 1));
	probe_check("wait for another value", -EAGAIN, port_futex_wait(&word, 0));
}

PROBE_CHECKS("FUTEX_WAIT returns at once when the word has another value");
