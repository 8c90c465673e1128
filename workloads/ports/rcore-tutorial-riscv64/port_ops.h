#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "rcore_call.h"
#include "riscv_counter.h"
#include "riscv_mark.h"

/* waitpid() of a child that runs on. */
#define RCORE_RUNNING (-2)
/* Milliseconds of a timer that the kernel takes to tick 12.5 million times a second. */
#define RCORE_MS_NS 1000000u

/* There is one folder, and names in it are short: what all paths begin with is left out. */
static inline const char *rcore_name(const char *path)
{
	static const char prefix[] = "/workloads/";

	for (unsigned int i = 0; prefix[i]; i++) {
		if (path[i] != prefix[i])
			return path;
	}
	return path + sizeof(prefix) - 1;
}

#define port_time_ns port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	*ns = (uint64_t)rcore_call0(RCORE_GET_TIME) * RCORE_MS_NS;
	return 0;
}

/*
 * No port_sleep_ns(): the kernel waits for somebody to run with interrupts off, so that nobody
 * wakes up when all sleep.
 */

#define port_getpid port_getpid
static inline long port_getpid(void)
{
	return rcore_call0(RCORE_GETPID);
}

#define PORT_NULL_OP "one getpid"
#define port_null port_null
static inline long port_null(void)
{
	return rcore_call0(RCORE_GETPID);
}

#define port_yield port_yield
static inline long port_yield(void)
{
	return rcore_call0(RCORE_YIELD);
}

#define port_fork port_fork
static inline long port_fork(void)
{
	return rcore_call0(RCORE_FORK);
}

#define port_exec port_exec
static inline long port_exec(const char *path, char *const argv[])
{
	return rcore_result(rcore_call2(RCORE_EXEC, (long)rcore_name(path), (long)argv),
			    PORT_ENOENT);
}

static inline void rcore_end(int code, struct port_wait_status *status)
{
	status->signal = code < 0 ? -code : 0;
	status->exit_status = code < 0 ? 0 : code;
}

#define port_wait port_wait
static inline long port_wait(long pid, struct port_wait_status *status)
{
	int code = 0;
	long ret;

	while ((ret = rcore_call2(RCORE_WAITPID, pid, (long)&code)) == RCORE_RUNNING)
		port_yield();
	rcore_end(code, status);
	return rcore_result(ret, PORT_ENOENT);
}

#define port_wait_nohang port_wait_nohang
static inline long port_wait_nohang(struct port_wait_status *status)
{
	int code = 0;
	long ret = rcore_call2(RCORE_WAITPID, -1, (long)&code);

	rcore_end(code, status);
	return ret == RCORE_RUNNING ? 0 : rcore_result(ret, PORT_ENOENT);
}

#define port_exit port_exit
_Noreturn static inline void port_exit(int status)
{
	for (;;)
		rcore_call1(RCORE_EXIT, status);
}

/* For one process; a set of all of them is not known. */
#define port_kill port_kill
static inline long port_kill(long pid, int signal)
{
	if (pid == PORT_ALL_PROCESSES)
		return -PORT_ENOSYS;
	return rcore_result(rcore_call2(RCORE_KILL, pid, 1 << signal), PORT_EINVAL);
}

#define port_open port_open
static inline long port_open(const char *path, int flags)
{
	if (flags & PORT_O_EXCL)
		return -PORT_ENOSYS;
	return rcore_result(rcore_call2(RCORE_OPEN, (long)rcore_name(path), flags), PORT_ENOENT);
}

#define port_close port_close
static inline long port_close(int fd)
{
	return rcore_result(rcore_call1(RCORE_CLOSE, fd), PORT_EINVAL);
}

#define port_read port_read
static inline long port_read(int fd, void *buf, size_t len)
{
	return rcore_result(rcore_call3(RCORE_READ, fd, (long)buf, (long)len), PORT_EINVAL);
}

static inline long port_write(int fd, const void *buf, size_t len)
{
	return rcore_result(rcore_call3(RCORE_WRITE, fd, (long)buf, (long)len), PORT_EINVAL);
}

#define port_dup port_dup
static inline long port_dup(int fd)
{
	return rcore_result(rcore_call1(RCORE_DUP, fd), PORT_EINVAL);
}

/* The firmware takes a byte a call, and has sent it when the call is back. */
#define port_drain port_drain
static inline long port_drain(int fd)
{
	(void)fd;
	return 0;
}

#define port_pipe port_pipe
static inline long port_pipe(int fds[2])
{
	size_t wide[2] = { 0, 0 };
	long ret = rcore_result(rcore_call1(RCORE_PIPE, (long)wide), PORT_EINVAL);

	fds[0] = (int)wide[0];
	fds[1] = (int)wide[1];
	return ret;
}

#include "absent.h"
