#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "redox_call.h"
#include "redox_process.h"
#include "redox_state.h"
#include "x86_64_machine.h"

#define port_time_ns port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	struct redox_time now;
	long ret = redox_call2(REDOX_CLOCK_GETTIME, REDOX_MONOTONIC, (long)&now);

	*ns = (uint64_t)now.seconds * 1000000000u + (uint64_t)now.nanoseconds;
	return ret;
}

#define port_sleep_ns port_sleep_ns
static inline long port_sleep_ns(uint64_t ns)
{
	const struct redox_time time = { (int64_t)(ns / 1000000000), (int32_t)(ns % 1000000000) };

	return redox_call2(REDOX_NANOSLEEP, (long)&time, 0);
}

#define port_yield port_yield
static inline long port_yield(void)
{
	return redox_call0(REDOX_YIELD);
}

/* There is no call that does nothing; one that is not there is found out after as little. */
#define PORT_NULL_OP "one call with an invalid system call number"
#define REDOX_NO_CALL 0x7ff
#define port_null port_null
static inline long port_null(void)
{
	return redox_call0(REDOX_NO_CALL) == -PORT_ENOSYS ? 0 : -PORT_EINVAL;
}

#define port_fork port_fork
static inline long port_fork(void)
{
	return redox_fork();
}

#define port_wait port_wait
static inline long port_wait(long pid, struct port_wait_status *status)
{
	return redox_wait(pid, status);
}

#define port_exit port_exit
_Noreturn static inline void port_exit(int status)
{
	redox_exit(status);
}

#define port_kill port_kill
static inline long port_kill(long pid, int signal)
{
	return redox_kill(pid, signal);
}

#define port_thread_create port_thread_create
static inline long port_thread_create(void (*fn)(void *arg), void *arg, void *stack_top,
				      uint32_t *alive)
{
	return redox_thread(fn, arg, stack_top, alive);
}

#define port_read port_read
static inline long port_read(int fd, void *buf, size_t len)
{
	return redox_read(fd, buf, len);
}

#define port_write port_write
static inline long port_write(int fd, const void *buf, size_t len)
{
	return redox_write(fd, buf, len);
}

#define port_close port_close
static inline long port_close(int fd)
{
	return redox_close_slot(fd);
}

#define port_dup port_dup
static inline long port_dup(int fd)
{
	return redox_dup_new(fd, "", 0);
}

/* The kernel waits for the serial port with each byte. */
#define port_drain port_drain
static inline long port_drain(int fd)
{
	(void)fd;
	return 0;
}

#define port_pipe port_pipe
static inline long port_pipe(int fds[2])
{
	return redox_pipe(fds);
}

#define port_futex_wait port_futex_wait
static inline long port_futex_wait(uint32_t *word, uint32_t value)
{
	return redox_call4(REDOX_FUTEX, (long)word, 0, value, 0);
}

#define port_futex_wake port_futex_wake
static inline long port_futex_wake(uint32_t *word, int count)
{
	return redox_call4(REDOX_FUTEX, (long)word, 1, count, 0);
}

static inline long redox_map(size_t len, enum redox_sharing sharing, void **addr)
{
	const struct redox_map map = {
		.size = len,
		.flags = REDOX_PROT_READ | REDOX_PROT_WRITE | (uint64_t)sharing,
	};
	long ret = redox_call3(REDOX_FMAP, -1, (long)&map, sizeof(map));

	/* The upper half of the addresses is the kernel's, so an address is no error. */
	if (ret < 0)
		return ret;
	*addr = (void *)ret;
	return 0;
}

#define port_mmap port_mmap
static inline long port_mmap(size_t len, void **addr)
{
	return redox_map(len, REDOX_MAP_PRIVATE, addr);
}

#define port_mmap_shared port_mmap_shared
static inline long port_mmap_shared(size_t len, void **addr)
{
	return redox_map(len, REDOX_MAP_SHARED, addr);
}

#define port_munmap port_munmap
static inline long port_munmap(void *addr, size_t len)
{
	return redox_call2(REDOX_FUNMAP, (long)addr, (long)len);
}

#define port_mprotect port_mprotect
static inline long port_mprotect(void *addr, size_t len, int writable)
{
	return redox_call3(REDOX_MPROTECT, (long)addr, (long)len,
			   writable ? REDOX_PROT_READ | REDOX_PROT_WRITE : REDOX_PROT_READ);
}

#include "absent.h"
