#pragma once

#include "linux_syscall.h"

/* The contract stands in port.h, which includes this file last. */

#define LINUX_CLOCK_MONOTONIC 1
#define LINUX_PROT_READ_WRITE 0x3
#define LINUX_MAP_PRIVATE_ANONYMOUS 0x22
#define LINUX_S_IFMT 0170000
#define LINUX_S_IFREG 0100000
#define LINUX_TCSBRK 0x5409

static inline uint64_t port_ticks(void)
{
	uint32_t low, high;

	/* lfence: a real CPU would otherwise read the counter before or after its place. */
	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline long port_time_ns(uint64_t *ns)
{
	struct linux_timespec ts;
	long ret = linux_call2(LINUX_CLOCK_GETTIME, LINUX_CLOCK_MONOTONIC, (long)&ts);

	if (ret == 0)
		*ns = (uint64_t)ts.sec * 1000000000u + (uint64_t)ts.nsec;
	return ret;
}

static inline long port_sleep_ns(uint64_t ns)
{
	struct linux_timespec ts = {
		.sec = (int64_t)(ns / 1000000000u),
		.nsec = (int64_t)(ns % 1000000000u),
	};

	return linux_call2(LINUX_NANOSLEEP, (long)&ts, 0);
}

static inline long port_getpid(void)
{
	return linux_call0(LINUX_GETPID);
}

static inline long port_getppid(void)
{
	return linux_call0(LINUX_GETPPID);
}

static inline long port_yield(void)
{
	return linux_call0(LINUX_SCHED_YIELD);
}

static inline long port_pin(unsigned int cpu)
{
	unsigned long mask = 1ul << cpu;

	return linux_call3(LINUX_SCHED_SETAFFINITY, 0, sizeof(mask), (long)&mask);
}

static inline long port_open(const char *path, int flags)
{
	return linux_call3(LINUX_OPEN, (long)path, flags, 0);
}

static inline long port_close(int fd)
{
	return linux_call1(LINUX_CLOSE, fd);
}

static inline long port_read(int fd, void *buf, size_t len)
{
	return linux_call3(LINUX_READ, fd, (long)buf, (long)len);
}

static inline long port_write(int fd, const void *buf, size_t len)
{
	return linux_call3(LINUX_WRITE, fd, (long)buf, (long)len);
}

static inline long port_dup(int fd)
{
	return linux_call1(LINUX_DUP, fd);
}

static inline long port_stat(const char *path, struct port_stat *st)
{
	return linux_call2(LINUX_STAT, (long)path, (long)st);
}

static inline long port_fstat(int fd, struct port_stat *st)
{
	return linux_call2(LINUX_FSTAT, fd, (long)st);
}

static inline uint64_t port_stat_size(const struct port_stat *st)
{
	return (uint64_t)st->size;
}

static inline int port_stat_is_regular(const struct port_stat *st)
{
	return (st->mode & LINUX_S_IFMT) == LINUX_S_IFREG;
}

static inline uint64_t port_stat_inode(const struct port_stat *st)
{
	return st->ino;
}

static inline long port_pipe(int fds[2])
{
	return linux_call1(LINUX_PIPE, (long)fds);
}

static inline long port_drain(int fd)
{
	/* A nonzero argument makes TCSBRK a tcdrain(). */
	return linux_call3(LINUX_IOCTL, fd, LINUX_TCSBRK, 1);
}

static inline long port_fork(void)
{
	return linux_call0(LINUX_FORK);
}

static inline long port_exec(const char *path, char *const argv[])
{
	static char *const empty[] = { NULL };

	return linux_call3(LINUX_EXECVE, (long)path, (long)argv, (long)empty);
}

static inline long port_wait(long pid, struct port_end *end)
{
	int status = 0;
	long ret = linux_call4(LINUX_WAIT4, pid, (long)&status, 0, 0);

	end->signal = status & 0x7f;
	end->status = end->signal ? 0 : status >> 8 & 0xff;
	return ret;
}

_Noreturn static inline void port_exit(int status)
{
	for (;;)
		linux_call1(LINUX_EXIT_GROUP, status);
}

static inline long port_map(size_t len, void **addr)
{
	long ret = linux_call6(LINUX_MMAP, 0, (long)len, LINUX_PROT_READ_WRITE,
			       LINUX_MAP_PRIVATE_ANONYMOUS, -1, 0);

	if (ret < 0 && ret > -4096)
		return ret;
	*addr = (void *)ret;
	return 0;
}

static inline long port_unmap(void *addr, size_t len)
{
	return linux_call2(LINUX_MUNMAP, (long)addr, (long)len);
}
