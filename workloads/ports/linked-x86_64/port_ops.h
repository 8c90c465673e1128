#pragma once

/* Everything is a call of the kernel's own functions, or there is no such thing. */

#include "ringside.h"
#include "x86_64_machine.h"

extern const struct ringside_kernel *linked_kernel __attribute__((visibility("hidden")));

#define port_write port_write
static inline long port_write(int fd, const void *buf, size_t len)
{
	if (fd != PORT_CONSOLE)
		return -PORT_ENOSYS;
	linked_kernel->write(buf, len);
	return (long)len;
}

#define port_time_ns port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	if (!linked_kernel->time_ns)
		return -PORT_ENOSYS;
	*ns = linked_kernel->time_ns();
	return 0;
}

#define port_sleep_ns port_sleep_ns
static inline long port_sleep_ns(uint64_t ns)
{
	if (!linked_kernel->sleep_ns)
		return -PORT_ENOSYS;
	linked_kernel->sleep_ns(ns);
	return 0;
}

#define port_yield port_yield
static inline long port_yield(void)
{
	if (!linked_kernel->yield)
		return -PORT_ENOSYS;
	linked_kernel->yield();
	return 0;
}

#define port_breakpoint port_breakpoint
static inline long port_breakpoint(void)
{
	if (!linked_kernel->takes_breakpoints)
		return -PORT_ENOSYS;
	__asm__ volatile("int3" : : : "memory");
	return 0;
}

#include "absent.h"
