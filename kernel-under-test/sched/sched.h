/*
 * Who runs next: first come, first served, in slices of SLICE_NS.
 *
 * The timer is silent while nobody waits for the CPU. The kernel itself is not preempted: a
 * thread gives the CPU away when it blocks, and on its way back to user mode.
 */
#pragma once

#include "sched/thread.h"

#define SLICE_NS 4000000ull

/* Makes the caller, on the boot stack, the idle thread. Call once. */
void sched_init(void);

/* Makes a blocked thread run again. No effect on one that is not blocked. */
void sched_wake(struct thread *t);

/* Gives the CPU to others; returns when the caller's turn has come again. */
void sched_yield(void);

/* Sleeps until sched_wake(). The caller has put itself where its waker will find it. */
void sched_block(void);

/* Whether the caller is the idle thread (or the boot), which can't block. */
bool sched_is_idle(void);

/* Ends the calling thread, and frees it once it does not run any more. */
_Noreturn void sched_exit(void);

/* Runs whatever there is to run, for ever. */
_Noreturn void sched_idle(void);

/* Runs `space` under the calling thread from now on; NULL for none. */
void sched_set_space(struct space *space);
