/* The user's registers of a thread that does not run, as a debugger sees and changes them. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/*
 * `i` is an index into what arch_core_regs() returns. -EIO: a value that no program may have. Bits
 * that belong to the kernel stay as they are.
 */
int arch_debug_set_reg(struct arch_thread *t, unsigned int i, uint64_t v);

/* Sizes of the FPU state: the part that every CPU has, and the most there can be. */
#define ARCH_FPU_LEGACY 512
#define ARCH_FPU_MAX	832

/* The size of the whole state here; 0: only the part that every CPU has. */
size_t arch_debug_fpu_size(void);
void arch_debug_get_fpu(const struct arch_thread *t, uint8_t out[ARCH_FPU_MAX], bool all);
/* -EINVAL: it can't be loaded. */
int arch_debug_set_fpu(struct arch_thread *t, const uint8_t from[ARCH_FPU_MAX], bool all);

/* Turns single-stepping on or off. Returns whether it was on. */
bool arch_debug_step(struct arch_thread *t, bool on);

/* DR0 to DR3, DR6 and DR7: where a program stops that runs or touches something, and which did. */
struct arch_debug {
	uint64_t address[4], status, control;
};

#define ARCH_DEBUG_REGS 8
/*
 * Register `i` of `d`, to be loaded when its thread is next in user mode. -EINVAL: the kernel's
 * memory, or what is not aligned or no memory; -EIO: there is no such register.
 */
int arch_debug_set_break(struct arch_debug *d, unsigned int i, uint64_t v);
uint64_t arch_debug_get_break(const struct arch_debug *d, unsigned int i);
/* Has the CPU watch for the running thread. Nobody takes it back: see trap_debug(). */
void arch_debug_load(const struct arch_debug *d);
