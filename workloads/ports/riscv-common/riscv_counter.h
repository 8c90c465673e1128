#pragma once

/* port_ticks(): instructions retired, which the kernel or the firmware must let programs read. */

#if __riscv_xlen == 64

static inline uint64_t port_ticks(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

#else

static inline uint64_t port_ticks(void)
{
	uint32_t low, high, again;

	/* The halves are read apart: the upper one must not have changed in between. */
	do {
		__asm__ volatile("rdinstreth %0\n\trdinstret %1\n\trdinstreth %2"
				 : "=&r"(high), "=&r"(low), "=&r"(again)
				 :
				 : "memory");
	} while (high != again);
	return (uint64_t)high << 32 | low;
}

#endif
