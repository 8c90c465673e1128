#pragma once

#include "x86_64_machine.h"

static inline long port_breakpoint(void)
{
	__asm__ volatile("int3" : : : "memory");
	return 0;
}
