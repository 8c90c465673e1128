/* A stopped thread's user registers, as a debugger reads and changes them. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/*
 * Sets the register at index `i` of arch_core_regs(). Bits owned by the kernel keep their value.
 * Returns 0, or -EIO if user mode may not have that value.
 */
int arch_debug_set_reg(struct arch_thread *t, unsigned int i, uint64_t v);

/* Sizes in bytes of the FPU state: the FXSAVE area, and the largest XSAVE area supported. */
#define ARCH_FPU_LEGACY 512
#define ARCH_FPU_MAX	832

/* Bytes of XSAVE state on this CPU, or 0 if it has only the FXSAVE area. */
size_t arch_debug_fpu_size(void);
void arch_debug_get_fpu(const struct arch_thread *t, uint8_t out[ARCH_FPU_MAX], bool all);
/*
 * `all`: the XSAVE area, else only the FXSAVE area. Returns 0, or -EINVAL if the CPU would fault on
 * it.
 */
int arch_debug_set_fpu(struct arch_thread *t, const uint8_t from[ARCH_FPU_MAX], bool all);

/* Turns single-stepping on or off. Returns whether it was on before. */
bool arch_debug_step(struct arch_thread *t, bool on);

/* DR0 to DR3, DR6 and DR7: the breakpoint addresses, which one was hit, and how each is armed. */
struct arch_debug {
	uint64_t address[4], status, control;
};

#define ARCH_DEBUG_REGS 8
/*
 * Sets register `i` of `d`, loaded when the thread next enters user mode. Returns 0, -EINVAL for an
 * address that is misaligned or outside user space, or -EIO if there is no such register.
 */
int arch_debug_set_break(struct arch_debug *d, unsigned int i, uint64_t v);
uint64_t arch_debug_get_break(const struct arch_debug *d, unsigned int i);
/*
 * Arms the breakpoints for the running thread. They are not disarmed on a switch: see trap_debug().
 */
void arch_debug_load(const struct arch_debug *d);
