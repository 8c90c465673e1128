#pragma once

#include <stdint.h>

/* Tasks as processes and threads as threads. Results are those of port.h's calls. */

struct port_wait_status;

long mach_fork(void);
long mach_wait(long pid, struct port_wait_status *status);
long mach_kill(long pid, int signal);
_Noreturn void mach_exit(int status);
long mach_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive);

long mach_gsync_wait(uint32_t *word, uint32_t value);
long mach_gsync_wake(uint32_t *word, int count);
