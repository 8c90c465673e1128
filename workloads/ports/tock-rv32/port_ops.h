#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "riscv_mark.h"
#include "tock_call.h"

/* Of the alarm, in the unit of port_ticks(): QEMU's instruction clock gives a second a billion. */
#define TOCK_TICK_NS 100

/*
 * Programs may not read the processor's counters, so the alarm is asked, for the low 32 bits of its
 * ticks. It must be asked once in seven minutes: what is between two wraps is lost.
 */
static inline uint64_t port_ticks(void)
{
	static uint64_t above;
	static uint32_t before;
	uint32_t now = tock_call(TOCK_COMMAND, TOCK_ALARM, 2, 0, 0).value;

	if (now < before)
		above += UINT64_C(1) << 32;
	before = now;
	return (above | now) * TOCK_TICK_NS;
}

#define port_time_ns port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	*ns = port_ticks();
	return 0;
}

#define PORT_NULL_OP "one memop that returns the start of process memory"
#define port_null port_null
static inline long port_null(void)
{
	return (long)tock_call(TOCK_MEMOP, 2, 0, 0, 0).variant;
}

#define port_yield port_yield
static inline long port_yield(void)
{
	tock_yield(TOCK_NO_WAIT);
	return 0;
}

/* In boot.c. */
long tock_print(const void *buf, size_t len);

static inline long port_write(int fd, const void *buf, size_t len)
{
	return fd == PORT_CONSOLE ? tock_print(buf, len) : -PORT_ENOSYS;
}

/* tock_print() comes back when all is sent. */
#define port_drain port_drain
static inline long port_drain(int fd)
{
	(void)fd;
	return 0;
}

/*
 * No port_brk(), which the system has: its result is a long, and addresses on this board are above
 * the greatest.
 */

#include "absent.h"
