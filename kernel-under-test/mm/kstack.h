/* Kernel stacks, each with an unmapped guard below: running off one is a fault, not corruption. */
#pragma once

#include "lib/types.h"

/* The upper end of a stack of KSTACK_SIZE bytes, or 0. Stacks are kept mapped for reuse. */
uint64_t kstack_alloc(void);
void kstack_free(uint64_t top);
