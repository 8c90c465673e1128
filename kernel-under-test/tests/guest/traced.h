/* Shared by the ptrace suites: a child that stops itself, and waiting for its stops. */
#pragma once

#include "guest.h"

#include <linux/ptrace.h>
#include <sys/user.h>

#define STOPPED(sig) ((sig) << 8 | 0x7f)
#define EVENT(e)     (((e) << 8 | SIGTRAP) << 8 | 0x7f)
#define CALLED	     STOPPED(SIGTRAP | 0x80)

static inline long trace(long request, pid_t pid, uintptr_t addr, uintptr_t data)
{
	return RAW(SYS_ptrace, request, pid, addr, data);
}

/* The next status of `pid`, or -errno. */
static inline int next(pid_t pid)
{
	int status = -1;
	long got = RAW(SYS_wait4, pid, &status, __WALL, NULL);

	return got == pid ? status : (int)got;
}

static inline long message(pid_t pid)
{
	unsigned long m = 0;

	return trace(PTRACE_GETEVENTMSG, pid, 0, (uintptr_t)&m) ? -1 : (long)m;
}

static inline long word(pid_t pid, volatile void *at)
{
	long w = -1;

	return trace(PTRACE_PEEKDATA, pid, (uintptr_t)at, (uintptr_t)&w) ? -1 : w;
}

/* A child that calls PTRACE_TRACEME, stops, and then runs fn; its options are set. */
static inline pid_t traced(void (*fn)(void), uintptr_t options)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (trace(PTRACE_TRACEME, 0, 0, 0))
			_exit(99);
		raise(SIGSTOP);
		fn();
		_exit(0);
	}
	if (next(pid) != STOPPED(SIGSTOP) || trace(PTRACE_SETOPTIONS, pid, 0, options))
		return -1;
	return pid;
}

static inline void spin(void)
{
	for (volatile int i = 0;; i++)
		;
}

static inline int finish(pid_t pid)
{
	kill(pid, SIGKILL);
	return next(pid);
}
