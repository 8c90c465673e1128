#pragma once

/* What port.h asks of the processor. */

#include "riscv_mark.h"

/*
 * Instructions retired, which the kernel must let programs read: Linux does so from its start, and
 * stops the counter once its driver for the SBI's performance counters takes over.
 */
static inline uint64_t port_ticks(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}
