/* The machine state of a thread. */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

#define KSTACK_SIZE (16 * 1024)

/*
 * What is above the user's registers on a kernel stack, where entry code finds it at no cost. It
 * outlives the thread, so whoever changes it restores what arch_stack_begin() made.
 */
struct arch_stack_end {
	/* System calls with lower numbers go straight to their function: all of them, or none. */
	uint32_t calls, pad[3];
};

_Static_assert(sizeof(struct arch_stack_end) % 16 == 0, "the CPU aligns a stack that it begins");

/* Makes the end of a new stack. */
void arch_stack_begin(uint64_t top);

struct arch_thread {
	/* Kernel stack pointer while it does not run. */
	uint64_t sp;
	/* Upper end of its kernel stack; user registers are saved just below. */
	uint64_t stack_top;
	/* User's FS and GS base. */
	uint64_t fs_base;
	uint64_t gs_base;
	/* What its debugger has set, or NULL: arch/debug.h. */
	struct arch_debug *debug;
	/* As FXSAVE or XSAVE lay it out, up to AVX. */
	uint8_t fpu[832] __attribute__((aligned(64)));
};

_Static_assert(offsetof(struct arch_thread, fpu) == ARCH_THREAD_FPU, "xsave.S");

/* The saved user registers. */
static inline struct regs *arch_thread_regs(const struct arch_thread *t)
{
	return (struct regs *)(t->stack_top - sizeof(struct regs));
}

/* Every system call of `t` goes to syscall_watched(), or none does. */
void arch_thread_watch_calls(const struct arch_thread *t, bool watch);

/* The user's registers as a core dump has them. */
#define ARCH_CORE_REGS 27
void arch_core_regs(const struct arch_thread *t, uint64_t out[ARCH_CORE_REGS]);

/* Makes `t` return to user mode with its saved registers when first switched to. */
void arch_thread_init(struct arch_thread *t, uint64_t stack_top);

/* A clean user state that starts at `entry` on stack `sp`. Both must be below USER_TOP. */
void arch_thread_reset_user(struct arch_thread *t, uint64_t entry, uint64_t sp);

/* Copies the user state of `from`, which runs now, to `to`. */
void arch_thread_copy_user(struct arch_thread *to, struct arch_thread *from);

/* Loads FS and GS base of the running thread after they were changed; all of it after a reset. */
void arch_thread_load_bases(const struct arch_thread *t);
void arch_thread_load_user(const struct arch_thread *t);

/*
 * Switches kernel stacks and user state; returns when `from` is switched to again:
 * void arch_thread_switch(struct arch_thread *from, struct arch_thread *to)
 */
#include "asm/switch.h"
