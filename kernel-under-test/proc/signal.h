/*
 * Signals, as far as this kernel has them: the default actions and SIG_IGN. Handlers are not
 * there yet, and sigaction() says so.
 */
#pragma once

#include "proc/process.h"

#define SIGHUP	 1
#define SIGILL	 4
#define SIGTRAP	 5
#define SIGABRT	 6
#define SIGBUS	 7
#define SIGFPE	 8
#define SIGKILL	 9
#define SIGSEGV	 11
#define SIGPIPE	 13
#define SIGCHLD	 17
#define SIGCONT	 18
#define SIGSTOP	 19
#define SIGTSTP	 20
#define SIGTTIN	 21
#define SIGTTOU	 22
#define SIGURG	 23
#define SIGWINCH 28

#define SIGNAL_BIT(n) BIT((n) - 1)

/* `signo` must be 1 to SIGNALS_MAX. */
void signal_send(struct process *p, int signo);

/* For kill(): process, group or all, 0 only tests. 0, -ESRCH, -EINVAL. */
int signal_kill(int pid, int signo);

/* New blocked set of the calling process. */
void signal_set_blocked(struct process *p, uint64_t blocked);
