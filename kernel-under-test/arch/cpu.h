/*
 * The CPU, as the portable kernel sees it.
 *
 * Interrupts are off whenever the kernel runs, but for arch_idle(): kernel code is never
 * preempted. With the kernel lock (arch/spin.h) what it does between two points that may block is
 * atomic.
 */
#pragma once

#include "asm/cpu.h"
#include "asm/regs.h"
#include "lib/types.h"

struct boot_info;

/*
 * Descriptor tables, control registers, system call entry of the CPU that boots. Call once, early;
 * it holds the kernel lock from then on.
 */
void arch_cpu_init(void);

/*
 * Sleeps until an interrupt has been handled. Without the kernel lock, which all other CPUs would
 * be waiting for.
 */
void arch_idle(void);

/* The thread that runs here. */
static inline struct thread *arch_current(void)
{
	struct thread *t;

	/* Not volatile: a thread finds the same value before and after a sleep, on whatever CPU. */
	asm("movq %%gs:%c1, %0" : "=r"(t) : "i"(CPU_CURRENT));
	return t;
}

static inline void arch_set_current(struct thread *t)
{
	asm volatile("movq %0, %%gs:%c1" : : "r"(t), "i"(CPU_CURRENT) : "memory");
}

/* What the CPU can do, in the machine's own bits (AT_HWCAP). */
uint64_t arch_cpu_features(void);

#define ARCH_CPU_NAME_MAX 49

/* What the CPU calls itself, ended by a zero. */
void arch_cpu_name(char out[ARCH_CPU_NAME_MAX]);

/* CPU `cpu` in the words of /proc/cpuinfo: at most ARCH_CPU_TEXT_MAX bytes, ended by a zero. */
#define ARCH_CPU_TEXT_MAX 2048
void arch_cpu_describe(unsigned int cpu, char *at, size_t size);

/* Both try every way the machine has; they return only if none worked. */
void arch_power_off(void);
void arch_restart(void);
