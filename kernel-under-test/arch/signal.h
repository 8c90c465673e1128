/* Signal frames: entering a handler and returning from it. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/* Bytes of the instruction that makes a system call. */
#define ARCH_SYSCALL_SIZE 2

struct signal_info;

/* The ABI's stack_t. */
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
	uint64_t blocked; /* the mask to restore */
	struct signal_stack alt_stack;
	bool on_alt_stack; /* if there is one and the thread is not on it */
};

/* The smallest usable signal stack, in bytes (AT_MINSIGSTKSZ). */
uint64_t arch_signal_stack_min(void);

/*
 * Makes the running thread enter the handler. Returns 0, or -EFAULT if its stack is not writable.
 */
int arch_signal_enter(struct regs *r, struct arch_thread *t, const struct arch_signal *s);

/*
 * Undoes arch_signal_enter(): *blocked is the mask saved then, *stack the alternate stack as the
 * handler left it. Returns 0 or -EFAULT.
 */
int arch_signal_leave(struct regs *r, struct arch_thread *t, uint64_t *blocked,
		      struct signal_stack *stack);

/* Whether `sp` is on the alternate stack, which may then not be replaced. */
static inline bool signal_stack_used(const struct signal_stack *s, uint64_t sp)
{
	return !(s->flags & SS_AUTODISARM) && sp - s->base - 1 < s->size;
}
