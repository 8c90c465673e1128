/*
 * Restartable sequences: memory of a thread's, registered by rseq(), tells it its CPU, and where
 * the program stands between reading that and what it does with it. Who was given another CPU, gave
 * its own away (thread_disturb), or enters a handler there, goes on where the program wants it to.
 */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

/* The size and the alignment of that memory. */
#define RSEQ_SIZE 32

/* Ends the sequence that the current thread's registers are in. -EFAULT, -EINVAL: none is valid. */
int rseq_fixup(struct regs *r);
/* On its way to user mode (WORK_NOTIFY_RESUME): that, and which CPU it is. */
void rseq_handle_resume(struct regs *r);
/* No CPU is told any more: 0 or -EFAULT, and then it goes on. */
int rseq_unregister(void);
