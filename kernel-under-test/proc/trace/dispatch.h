/*
 * PR_SET_SYSCALL_USER_DISPATCH: system calls made from outside a given code range raise SIGSYS
 * while a byte in user memory says so.
 */
#pragma once

#include "asm/regs.h"
#include "sched/thread.h"

/* Values of that byte. Without one every call from outside is blocked. */
#define DISPATCH_ALLOW 0
#define DISPATCH_BLOCK 1

/* For the calling thread. 0, -EINVAL, -EFAULT: bad code range or address of the byte; -ENOMEM. */
int dispatch_begin(uint64_t code, uint64_t len, uint64_t selector);
void dispatch_end(struct thread *t);
/* False: the call is not made, and SIGSYS is pending. May not return. */
bool dispatch_allows(struct regs *r);
