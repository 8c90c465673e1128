/* Signal frames: how a handler gets its stack, and how the thread gets back. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/* Length of the instruction that made a system call. */
#define ARCH_SYSCALL_SIZE 2

struct signal_info;

/* stack_t of the ABI. */
struct signal_stack {
	uint64_t base;
	int32_t flags, pad;
	uint64_t size;
};

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM ((int32_t)0x80000000)

struct arch_signal {
	int signo;
	const struct signal_info *info; /* 128 bytes */
	uint64_t handler, restorer;
	uint64_t blocked; /* the set to go back to */
	struct signal_stack alt_stack;
	bool on_alt_stack; /* if there is one, and it is not in use */
};

/* The least that a stack for handlers must have (AT_MINSIGSTKSZ). */
uint64_t arch_signal_stack_least(void);

/* Makes the thread, which runs now, enter the handler. -EFAULT when its stack can't be written. */
int arch_signal_enter(struct regs *r, struct arch_thread *t, const struct arch_signal *s);

/*
 * Takes back what arch_signal_enter() put away; *blocked is the set it was given, *stack what the
 * handler left of the stack. -EFAULT.
 */
int arch_signal_leave(struct regs *r, struct arch_thread *t, uint64_t *blocked,
		      struct signal_stack *stack);

/* Whether `sp` is on that stack, which is to be kept for who runs there. */
static inline bool signal_stack_used(const struct signal_stack *s, uint64_t sp)
{
	return !(s->flags & SS_AUTODISARM) && sp - s->base - 1 < s->size;
}
