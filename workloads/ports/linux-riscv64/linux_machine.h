#pragma once

/*
 * What port.h asks of the processor. Linux lets programs read the counter from its start, and stops
 * it once its driver for the SBI's performance counters takes over.
 */
#include "riscv_counter.h"
#include "riscv_mark.h"

/* Linux leaves it to the handler to step over the instruction, so there is no way on behind it. */
static inline long port_breakpoint(void)
{
	return -PORT_ENOSYS;
}
