#include "probe.h"

void probe(void)
{
	uint32_t word = 1;

	probe_need("futex", port_futex_wake(&word, 1));
	probe_check("wait for another value", -EAGAIN, port_futex_wait(&word, 0));
}

PROBE_ASKS("FUTEX_WAIT returns at once when the word has another value");
