#pragma once

#include "probe.h"

#include <linux/signal.h>

/* sigaction() with all its parts. `mask` is of action_bit()s. */

static inline uint64_t action_bit(int signal)
{
	return 1ull << (signal - 1);
}

static inline long action_set(int signal, void (*handler)(int signal), unsigned long flags,
			      uint64_t mask)
{
	struct sigaction action = linux_action(handler, flags, mask);

	return sys(rt_sigaction, signal, &action, 0, sizeof(action.sa_mask));
}

static inline long action_with_information(
	int signal, void (*handler)(int signal, siginfo_t *info, void *context), uint64_t mask)
{
	return action_set(signal, (void (*)(int))(void *)handler, SA_SIGINFO, mask);
}

static volatile int action_counted;

static inline void action_count(int signal)
{
	(void)signal;
	action_counted++;
}

static inline void action_noop(int signal)
{
	(void)signal;
}

/* For a child: sends its parent SIGUSR1 once that has had the time to fall asleep. */
static inline int action_signal_parent(void)
{
	probe_sleep_ms(5);
	return (int)-sys(kill, port_getppid(), SIGUSR1);
}
