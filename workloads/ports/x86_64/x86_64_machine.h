#pragma once

/* What port.h asks of the processor. */

/* A long no-op that no compiler emits: "RS" and the tag stand where its offset would. */
static inline __attribute__((always_inline)) void port_mark(enum port_mark tag)
{
	__asm__ volatile("nopl %c0(%%rax, %%rax)" : : "i"(0x52530000 + tag) : "memory");
}

static inline uint64_t port_ticks(void)
{
	uint32_t low, high;

	/* lfence: a real CPU would otherwise read the counter before or after its place. */
	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}
