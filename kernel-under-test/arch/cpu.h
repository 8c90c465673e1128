/*
 * The CPU, as the portable kernel sees it.
 *
 * Interrupts are off whenever the kernel runs, but for arch_idle(): kernel code is never
 * preempted, and what it does between two points that may block is atomic on its CPU.
 */
#pragma once

#include "asm/cpu.h"
#include "asm/regs.h"
#include "lib/types.h"

struct boot_info;

/* Descriptor tables, control registers, system call entry. Call once, early. */
void arch_cpu_init(void);

/* Sleeps until an interrupt came and was handled. */
void arch_idle(void);

/* The thread that runs here. */
static inline struct thread *arch_current(void)
{
	struct thread *t;

	asm("movq %%gs:%c1, %0" : "=r"(t) : "i"(CPU_CURRENT));
	return t;
}

void arch_set_current(struct thread *t);

#define ARCH_CPU_NAME_MAX 49

/* What the CPU calls itself, ended by a zero. */
void arch_cpu_name(char out[ARCH_CPU_NAME_MAX]);

/* Both try every way the machine has; they return only if none worked. */
void arch_power_off(void);
void arch_restart(void);
