/*
 * Restartable sequences: rseq(2). A registered area in user memory holds the thread's CPU number
 * and its current critical section. A thread that was preempted, moved to another CPU, or enters a
 * signal handler inside a section resumes at the section's abort address.
 */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

/* Size and alignment of the area. */
#define RSEQ_SIZE 32

/*
 * Aborts the critical section that the registers are in, if any. -EFAULT; -EINVAL: it is invalid.
 */
int rseq_fixup(struct regs *r);
/* On the way to user mode (WORK_NOTIFY_RESUME): that, and stores the CPU number. */
void rseq_handle_resume(struct regs *r);
/* Invalidates the CPU number in user memory. 0; -EFAULT: it stays registered. */
int rseq_unregister(void);
