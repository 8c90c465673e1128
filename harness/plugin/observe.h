#pragma once

#include "machine.h"

/* Statistics of a whole boot: each way into the kernel by number, and switches of address space. */

void observe_entered(const struct context *context);
/* `elsewhere`: it did not go back to where it came from. */
void observe_left(const struct context *context, uint64_t clock, bool elsewhere);
/* A way out to user mode without a way in: a new process or thread runs for the first time. */
void observe_appeared(void);
void observe_space_write(bool changed);
/* From user code of one address space to user code of another. */
void observe_switch(uint64_t cost);

void observe_ready(uint64_t clock);
/* Writes what was seen as one JSON object; only the first call does. */
void observe_print(const char *why, FILE *to);
