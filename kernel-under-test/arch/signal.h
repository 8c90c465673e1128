/* Signal frames: how a handler gets its stack, and how the thread gets back. */
#pragma once

#include "arch/thread.h"
#include "lib/types.h"

/* Length of the instruction that made a system call. */
#define ARCH_SYSCALL_SIZE 2

struct signal_info;

struct arch_signal {
	int signo;
	const struct signal_info *info; /* 128 bytes */
	uint64_t handler, restorer;
	uint64_t blocked; /* the set to go back to */
	uint64_t alt_stack, alt_stack_size;
	bool on_alt_stack; /* if there is one, and it is not in use */
};

/* The least that a stack for handlers must have (AT_MINSIGSTKSZ). */
uint64_t arch_signal_stack_least(void);

/* Makes the thread, which runs now, enter the handler. -EFAULT when its stack can't be written. */
int arch_signal_enter(struct regs *r, struct arch_thread *t, const struct arch_signal *s);

/* Takes back what arch_signal_enter() put away; *blocked is the set it was given. -EFAULT. */
int arch_signal_leave(struct regs *r, struct arch_thread *t, uint64_t *blocked);
