#pragma once

#include "machine.h"

/* Statistics of a whole boot: the costs of kernel entries by kind, and address space switches. */

void observe_entry(const struct context *context);
/* `elsewhere`: it did not return to where it was entered from. */
void observe_exit(const struct context *context, uint64_t clock, bool elsewhere);
/* A return to user mode without an entry: a new process or thread runs for the first time. */
void observe_first_return(void);
void observe_address_space_write(bool changed);
/* User code of one address space was followed by user code of another, `cost` later. */
void observe_switch(uint64_t cost);

void observe_ready(uint64_t clock);
/* Writes the statistics as one line of JSON. Calls after the first do nothing. */
void observe_print(const char *why, FILE *to);
