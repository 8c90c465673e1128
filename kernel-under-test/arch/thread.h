/* The machine state of a thread. */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

#define KSTACK_SIZE (16 * 1024)

/*
 * What lies above the user registers on a kernel stack, where entry code finds it at no cost. It
 * outlives the thread: whoever changes it must restore what arch_stack_init() set.
 */
struct arch_stack_end {
	/* System calls below this number are dispatched directly: all of them, or none. */
	uint32_t calls, pad[3];
};

_Static_assert(sizeof(struct arch_stack_end) % 16 == 0, "the CPU aligns a stack that it begins");

/* Initializes the end of a new stack. */
void arch_stack_init(uint64_t top);

struct arch_thread {
	/* Kernel stack pointer while the thread is not running. */
	uint64_t sp;
	/* Upper end of its kernel stack; the user registers are saved right below. */
	uint64_t stack_top;
	/* The user's FS and GS base. */
	uint64_t fs_base;
	uint64_t gs_base;
	/* Hardware breakpoints set by its debugger, or NULL: arch/debug.h. */
	struct arch_debug *debug;
	/* In FXSAVE or XSAVE format, up to AVX. */
	uint8_t fpu[832] __attribute__((aligned(64)));
};

_Static_assert(offsetof(struct arch_thread, fpu) == ARCH_THREAD_FPU, "xsave.S");

/* The saved user registers, at the top of the kernel stack. */
static inline struct regs *arch_thread_regs(const struct arch_thread *t)
{
	return (struct regs *)(t->stack_top - sizeof(struct regs));
}

/* Whether every system call of `t` goes to syscall_traced(). */
void arch_thread_trace_calls(const struct arch_thread *t, bool trace);

/* The user registers in the order of a core dump (user_regs_struct). */
#define ARCH_CORE_REGS 27
void arch_core_regs(const struct arch_thread *t, uint64_t out[ARCH_CORE_REGS]);

/* Makes `t` return to user mode with its saved registers when first switched to. */
void arch_thread_init(struct arch_thread *t, uint64_t stack_top);

/* Resets to a clean user state that starts at `entry` on stack `sp`, both below USER_TOP. */
void arch_thread_reset_user(struct arch_thread *t, uint64_t entry, uint64_t sp);

/* Copies the user state of `from`, the running thread, to `to`. */
void arch_thread_copy_user(struct arch_thread *to, struct arch_thread *from);

/* Reloads the running thread's FS and GS base after a change, or, after a reset, all of it. */
void arch_thread_load_bases(const struct arch_thread *t);
void arch_thread_load_user(const struct arch_thread *t);

/*
 * Switches kernel stacks and user state; returns when `from` is switched to again:
 *
 * void arch_thread_switch(struct arch_thread *from, struct arch_thread *to)
 */
#include "asm/switch.h"
