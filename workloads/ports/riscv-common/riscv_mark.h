#pragma once

/*
 * port_mark(): a load of the zero register, which the ISA keeps free as a hint and no compiler
 * emits. Its upper immediate is "RS" and the tag.
 */
static inline __attribute__((always_inline)) void port_mark(enum port_mark tag)
{
	__asm__ volatile("lui zero, %0" : : "i"(0x52530 + tag) : "memory");
}
