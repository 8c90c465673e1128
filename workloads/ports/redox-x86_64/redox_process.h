#pragma once

#include <stdint.h>

/* Contexts as processes and as threads. Results are those of port.h's calls. */

struct port_wait_status;

long redox_fork(void);
long redox_wait(long pid, struct port_wait_status *status);
long redox_kill(long pid, int signal);
_Noreturn void redox_exit(int status);
long redox_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive);
