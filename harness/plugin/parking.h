#pragma once

#include "machine.h"

/* Stacks of threads that are switched out, by their saved stack pointer. */

void parking_put(struct stack *stack, uint64_t sp);
/* Removes and returns the stack saved with `sp`; NULL if there is none. */
struct stack *parking_take(uint64_t sp);
