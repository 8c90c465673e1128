/* Kernel stacks, each above an unmapped guard: an overflow faults instead of corrupting memory. */
#pragma once

#include "lib/types.h"

/*
 * The upper end of a stack, right below a struct arch_stack_end, or 0 if out of memory. Free stacks
 * are cached; kstack_free() frees them in batches and then waits for a TLB shootdown. Both need the
 * kernel lock and must be called without spinlocks.
 */
uint64_t kstack_alloc(void);
void kstack_free(uint64_t top);
