#pragma once

/*
 * Ringside's workloads inside a kernel that has no user space. Link libringside.a and call
 * ringside_run() once, when interrupts, the console and whatever is given below work:
 *
 *	static const struct ringside_kernel kernel = { .write = serial_write };
 *	ringside_run(&kernel);
 *
 * The image then holds the workloads and a place for a plan, which the harness fills before it
 * boots a copy. Left as it is the plan is empty, and the call comes back at once.
 */

#include <stddef.h>
#include <stdint.h>

/* The stack that the call needs at most. */
#define RINGSIDE_STACK 16384

/*
 * What the kernel gives. `write` must be there; the others may be NULL, and what needs them is then
 * absent from the results. All are called on the caller's stack, with interrupts as it has them.
 */
struct ringside_kernel {
	/* All `len` bytes, as they are, to the first serial port: it is what the harness reads. */
	void (*write)(const char *bytes, size_t len);
	/* Nanoseconds of a clock that never steps back. */
	uint64_t (*time_ns)(void);
	/* Comes back `ns` nanoseconds later, or a little after. */
	void (*sleep_ns)(uint64_t ns);
	/* Lets whoever else wants the CPU run, and comes back. */
	void (*yield)(void);
	/* Not 0: a breakpoint exception has a handler that returns. */
	int takes_breakpoints;
	/* Ends the machine when the last workload is through. NULL: ringside_run() returns. */
	void (*power_off)(void);
};

void ringside_run(const struct ringside_kernel *kernel);
