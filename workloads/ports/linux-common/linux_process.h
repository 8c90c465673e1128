#pragma once

/* Time, processes, threads and signals of port.h. */

#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

/* In entry.S. linux_sigreturn() is for machines whose handlers name where they return to. */
long linux_thread(unsigned long flags, void *stack_top, uint32_t *id, void (*fn)(void *arg),
		  void *arg);
void linux_sigreturn(void);

static inline long port_time_ns(uint64_t *ns)
{
	struct timespec ts;
	long ret = sys(clock_gettime, CLOCK_MONOTONIC, &ts);

	if (ret == 0)
		*ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
	return ret;
}

static inline long port_sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (long)(ns / 1000000000u),
		.tv_nsec = (long)(ns % 1000000000u),
	};

	return sys(nanosleep, &ts, 0);
}

static inline long port_getpid(void)
{
	return sys(getpid);
}

static inline long port_getppid(void)
{
	return sys(getppid);
}

static inline long port_yield(void)
{
	return sys(sched_yield);
}

static inline long port_set_affinity(unsigned int cpu)
{
	unsigned long mask = 1ul << cpu;

	return sys(sched_setaffinity, 0, sizeof(mask), &mask);
}

static inline long port_fork(void)
{
	return sys(fork);
}

static inline long port_exec(const char *path, char *const argv[])
{
	static char *const empty[] = { NULL };

	return sys(execve, path, argv, empty);
}

#define LINUX_WNOHANG 1

static inline long linux_wait(long pid, int options, struct port_wait_status *status)
{
	int raw = 0;
	long ret = sys(wait4, pid, &raw, options, 0);

	status->signal = raw & 0x7f;
	status->exit_status = status->signal ? 0 : raw >> 8 & 0xff;
	return ret;
}

static inline long port_wait(long pid, struct port_wait_status *status)
{
	long ret;

	/* It is a child that interrupts, where children have to be caught. */
	do {
		ret = linux_wait(pid, 0, status);
	} while (ret == -PORT_EINTR);
	return ret;
}

static inline long port_wait_nohang(struct port_wait_status *status)
{
	return linux_wait(PORT_ALL_PROCESSES, LINUX_WNOHANG, status);
}

_Noreturn static inline void port_exit(int status)
{
	for (;;)
		sys(exit_group, status);
}

static inline long port_thread_create(void (*fn)(void *arg), void *arg, void *stack_top,
				      uint32_t *alive)
{
	return linux_thread(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				    CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
			    stack_top, alive, fn, arg);
}

/* `mask` has bit n - 1 set for signal n. */
static inline struct sigaction linux_action(void (*handler)(int signal), unsigned long flags,
					    uint64_t mask)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

#ifdef SA_RESTORER
	action.sa_flags |= SA_RESTORER;
	action.sa_restorer = linux_sigreturn;
#endif
	/* A number on some architectures, a struct of one on others. */
	_Static_assert(sizeof(action.sa_mask) == sizeof(mask), "one word of signals");
	*(unsigned long *)&action.sa_mask = mask;
	return action;
}

static inline long port_signal(int signal, void (*handler)(int signal))
{
	struct sigaction action = linux_action(handler, 0, 0);

	return sys(rt_sigaction, signal, &action, 0, sizeof(action.sa_mask));
}

static inline long port_raise(int signal)
{
	long self = sys(gettid);

	return sys(tkill, self, signal);
}

static inline long port_kill(long pid, int signal)
{
	return sys(kill, pid, signal);
}
