#pragma once

#include <stdint.h>

/* Contexts as processes and as threads. Results are those of port.h's calls. */

struct port_end;

long redox_fork(void);
long redox_wait(long pid, struct port_end *end);
long redox_kill(long pid, int signal);
_Noreturn void redox_exit(int status);
long redox_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive);

struct redox_context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rip, rsp;
};

/* What a new context runs in, as descriptors, and where it begins, with `argument` in rsi. */
struct redox_parts {
	long addresses, files;
	uint64_t stack, entry, argument;
};

long redox_context_start(long context, const struct redox_parts *parts);
