/*
 * Calls that a program wants to hear of itself (PR_SET_SYSCALL_USER_DISPATCH): those that it makes
 * from elsewhere than the code it names give SIGSYS, as long as a byte of its memory says so.
 */
#pragma once

#include "asm/regs.h"
#include "sched/thread.h"

/* The byte that says so; 0: what comes from elsewhere is never let through. */
#define DISPATCH_ALLOW 0
#define DISPATCH_BLOCK 1

/* For the calling thread. 0, -EINVAL, -EFAULT: bad code or a bad place of the byte; -ENOMEM. */
int dispatch_begin(uint64_t code, uint64_t len, uint64_t selector);
void dispatch_end(struct thread *t);
/* False: the call is not made, and the signal is on its way. May not return. */
bool dispatch_allows(struct regs *r);
