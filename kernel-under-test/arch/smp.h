/*
 * Secondary CPUs: starting them, and sending them requests.
 *
 * A CPU answers a request when it takes the interrupt, that is in user mode or in the idle loop, or
 * while it waits for the kernel lock or that of a space. All other kernel code is bounded, so every
 * request is answered.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

struct boot_info;

/*
 * Starts the CPUs listed in the firmware's tables, up to CPUS_MAX in all. Each calls `main` on a
 * stack from `alloc_stack` (its upper end; 0 if out of memory). Returns once all that respond are
 * running.
 */
void arch_cpus_start(const struct boot_info *info, uint64_t (*alloc_stack)(void),
		     void (*main)(void));

extern unsigned int arch_cpus_running;

/* Number of CPUs running; their ids are 0 to this minus 1. */
static inline unsigned int arch_cpu_count(void)
{
	return arch_cpus_running;
}

/* Makes `cpu`, which must not be this one, call trap_reschedule() soon. */
void arch_cpu_kick(unsigned int cpu);

/*
 * Makes each CPU in the mask, which must not include this one, call trap_flush(), and waits until
 * all have. They answer from user mode, from idle, or while waiting for the kernel lock, a space's
 * lock or such an answer: afterwards none still uses what it had looked up without a lock.
 */
void arch_cpu_flush(uint32_t cpus);
