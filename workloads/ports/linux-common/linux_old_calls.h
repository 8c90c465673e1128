#pragma once

/*
 * Calls that only the older architectures have, made by the newer ones that do the same. They get
 * numbers that no kernel has; as these are constants, no trace of the choice is left in the code.
 *
 * The machine gives linux_ecall0() to linux_ecall4() and linux_ecall6(), each no more than the
 * instruction.
 */

#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

#define LINUX_OLD_CALLS 0x100000

#define __NR_open 0x100001
#define __NR_stat 0x100002
#define __NR_unlink 0x100003
#define __NR_mkdir 0x100004
#define __NR_rmdir 0x100005
#define __NR_mknod 0x100006
#define __NR_symlink 0x100007
#define __NR_link 0x100008
#define __NR_rename 0x100009
#define __NR_readlink 0x10000a
#define __NR_access 0x10000b
#define __NR_pipe 0x10000c
#define __NR_dup2 0x10000d
#define __NR_select 0x10000e
#define __NR_poll 0x10000f
#define __NR_epoll_wait 0x100010
#define __NR_fork 0x100011
#define __NR_vfork 0x100012
#define __NR_alarm 0x100013

#define LINUX_AT_FDCWD (-100)
#define LINUX_AT_REMOVEDIR 0x200

LINUX_INLINE long linux_old_select(long below, long read, long write, long except, long until)
{
	const struct __kernel_old_timeval *given = (const void *)until;
	struct timespec timeout = { 0 };

	if (given) {
		timeout.tv_sec = given->tv_sec;
		timeout.tv_nsec = given->tv_usec * 1000;
	}
	return linux_ecall6(__NR_pselect6, below, read, write, except, given ? (long)&timeout : 0,
			    0);
}

LINUX_INLINE long linux_old_poll(long polled, long count, long ms)
{
	struct timespec timeout = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return linux_ecall6(__NR_ppoll, polled, count, ms < 0 ? 0 : (long)&timeout, 0, 0, 0);
}

LINUX_INLINE long linux_old_alarm(long seconds)
{
	struct __kernel_old_itimerval next = { .it_value.tv_sec = seconds }, before = { 0 };
	long ret = linux_ecall3(__NR_setitimer, ITIMER_REAL, (long)&next, (long)&before);

	return ret < 0 ? 0 : before.it_value.tv_sec;
}

LINUX_INLINE long linux_old_call(long nr, long a, long b, long c, long d, long e)
{
	const long here = LINUX_AT_FDCWD;

	switch (nr) {
	case __NR_open:
		return linux_ecall4(__NR_openat, here, a, b, c);
	case __NR_stat:
		return linux_ecall4(__NR_newfstatat, here, a, b, 0);
	case __NR_unlink:
		return linux_ecall3(__NR_unlinkat, here, a, 0);
	case __NR_mkdir:
		return linux_ecall3(__NR_mkdirat, here, a, b);
	case __NR_rmdir:
		return linux_ecall3(__NR_unlinkat, here, a, LINUX_AT_REMOVEDIR);
	case __NR_mknod:
		return linux_ecall4(__NR_mknodat, here, a, b, c);
	case __NR_symlink:
		return linux_ecall3(__NR_symlinkat, a, here, b);
	case __NR_link:
		return linux_ecall6(__NR_linkat, here, a, here, b, 0, 0);
	case __NR_rename:
		return linux_ecall6(__NR_renameat2, here, a, here, b, 0, 0);
	case __NR_readlink:
		return linux_ecall4(__NR_readlinkat, here, a, b, c);
	case __NR_access:
		return linux_ecall3(__NR_faccessat, here, a, b);
	case __NR_pipe:
		return linux_ecall2(__NR_pipe2, a, 0);
	case __NR_dup2:
		return linux_ecall3(__NR_dup3, a, b, 0);
	case __NR_select:
		return linux_old_select(a, b, c, d, e);
	case __NR_poll:
		return linux_old_poll(a, b, c);
	case __NR_epoll_wait:
		return linux_ecall6(__NR_epoll_pwait, a, b, c, d, 0, 0);
	case __NR_fork:
		return linux_ecall6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
	case __NR_vfork:
		return linux_ecall6(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0, 0);
	default: /* __NR_alarm */
		return linux_old_alarm(a);
	}
}

LINUX_INLINE long linux_call0(long nr)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall0(nr) : linux_old_call(nr, 0, 0, 0, 0, 0);
}

LINUX_INLINE long linux_call1(long nr, long a)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall1(nr, a) : linux_old_call(nr, a, 0, 0, 0, 0);
}

LINUX_INLINE long linux_call2(long nr, long a, long b)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall2(nr, a, b) : linux_old_call(nr, a, b, 0, 0, 0);
}

LINUX_INLINE long linux_call3(long nr, long a, long b, long c)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall3(nr, a, b, c) : linux_old_call(nr, a, b, c, 0, 0);
}

LINUX_INLINE long linux_call4(long nr, long a, long b, long c, long d)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall4(nr, a, b, c, d)
				    : linux_old_call(nr, a, b, c, d, 0);
}

LINUX_INLINE long linux_call6(long nr, long a, long b, long c, long d, long e, long f)
{
	return nr < LINUX_OLD_CALLS ? linux_ecall6(nr, a, b, c, d, e, f)
				    : linux_old_call(nr, a, b, c, d, e);
}
