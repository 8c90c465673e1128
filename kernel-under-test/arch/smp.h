/*
 * The other CPUs: starting them, and asking something of them.
 *
 * A CPU answers a request when it gets the interrupt, that is in user mode or in the idle loop, or
 * while it waits for the kernel lock or that of a space. What it does in between is finite, so
 * every request is answered.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

struct boot_info;

/*
 * Starts the CPUs that the firmware's tables name, up to CPUS_MAX in all; each calls `main` on a
 * stack from `make_stack` (its upper end; 0: no memory). Returns when all that work are running.
 */
void arch_cpus_start(const struct boot_info *info, uint64_t (*make_stack)(void),
		     void (*main)(void));

extern unsigned int arch_cpus_running;

/* How many are running, numbered from 0. */
static inline unsigned int arch_cpu_count(void)
{
	return arch_cpus_running;
}

/* Has `cpu`, another one, call trap_reschedule() soon. */
void arch_cpu_kick(unsigned int cpu);

/*
 * Has each CPU of the mask, none of which is this one, call trap_flush(); waits until all have.
 * They answer from user mode, from idle, or from waiting for the kernel lock, a space's or such an
 * answer: what they had found without a lock they use no more.
 */
void arch_cpu_flush(uint32_t cpus);
