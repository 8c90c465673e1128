/* The user's registers of a thread that does not run, as a debugger sees and changes them. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/*
 * `i` counts the registers that arch_core_regs() gives. -EIO: no program may have that value. Bits
 * that are the kernel's stay as they are.
 */
int arch_debug_set_reg(struct arch_thread *t, unsigned int i, uint64_t v);

/* What the FPU has: the part that every CPU knows, and all of it. */
#define ARCH_FPU_LEGACY 512
#define ARCH_FPU_MAX	832

/* Bytes of all of it; 0: there is no more than the first part. */
size_t arch_debug_fpu_size(void);
void arch_debug_get_fpu(const struct arch_thread *t, uint8_t out[ARCH_FPU_MAX], bool all);
/* -EINVAL: it can't be loaded. */
int arch_debug_set_fpu(struct arch_thread *t, const uint8_t from[ARCH_FPU_MAX], bool all);

/* Whether the CPU stops after each instruction of the thread: whether it did before. */
bool arch_debug_step(struct arch_thread *t, bool on);
