/*
 * The CPU, as the portable kernel sees it.
 *
 * Interrupts are off whenever the kernel runs, except in arch_idle(): kernel code is never
 * preempted. What it does under the kernel lock (arch/spin.h) between two points that may block is
 * therefore atomic.
 */
#pragma once

#include "asm/cpu.h"
#include "asm/regs.h"
#include "lib/types.h"

struct boot_info;

/*
 * Sets up descriptor tables, control registers and the system call entry of the boot CPU. Call
 * once, early; the kernel lock is held from then on.
 */
void arch_cpu_init(void);

/* Sleeps until an interrupt has been handled. Call without the kernel lock: other CPUs need it. */
void arch_idle(void);

/* The thread running on this CPU. */
static inline struct thread *arch_current(void)
{
	struct thread *t;

	/*
	 * Not volatile: a thread reads the same value before and after a sleep, whichever CPU it is
	 * on.
	 */
	asm("movq %%gs:%c1, %0" : "=r"(t) : "i"(CPU_CURRENT));
	return t;
}

static inline void arch_set_current(struct thread *t)
{
	asm volatile("movq %0, %%gs:%c1" : : "r"(t), "i"(CPU_CURRENT) : "memory");
}

/* CPU features in the architecture's own encoding (AT_HWCAP). */
uint64_t arch_cpu_features(void);

#define ARCH_CPU_NAME_MAX 49

/* The CPU's brand string, NUL terminated. */
void arch_cpu_name(char out[ARCH_CPU_NAME_MAX]);

/* Describes CPU `cpu` as /proc/cpuinfo does: at most ARCH_CPU_TEXT_MAX bytes, NUL terminated. */
#define ARCH_CPU_TEXT_MAX 2048
void arch_cpu_describe(unsigned int cpu, char *at, size_t size);

/* Both try every method the machine offers and return only if none worked. */
void arch_power_off(void);
void arch_restart(void);
