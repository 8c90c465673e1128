/* Kernel stacks, each with an unmapped guard below: running off one is a fault, not corruption. */
#pragma once

#include "lib/types.h"

/*
 * The upper end of a stack, above which is a struct arch_stack_end, or 0. Some free ones are kept
 * for the next thread; when there are more, kstack_free() gives memory back, and waits for all CPUs
 * to forget it. Both want the kernel lock, and no spinlock.
 */
uint64_t kstack_alloc(void);
void kstack_free(uint64_t top);
