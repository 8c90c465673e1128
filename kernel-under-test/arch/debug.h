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
