#pragma once

#include "machine.h"

/* Stacks of threads that don't run, by the stack pointer they were left with. */

void parking_put(struct stack *stack, uint64_t sp);
/* The stack left at `sp`, which waits no longer; NULL when there is none. */
struct stack *parking_take(uint64_t sp);
