#pragma once

#include <stddef.h>
#include <stdint.h>

#include "x86_64_syscall.h"

/*
 * System calls. A result is -errno, in Linux's numbering, for an error. The upper bits of a number
 * say what kind of arguments it has.
 */
enum redox_number {
	REDOX_MPROTECT = 125,
	REDOX_YIELD = 158,
	REDOX_NANOSLEEP = 162,
	REDOX_FUTEX = 240,
	REDOX_CLOCK_GETTIME = 265,
	REDOX_OPENAT_INTO = 0x101003db,
	REDOX_DUP_INTO = 0x201003dc,
	REDOX_CLOSE = 0x20000006,
	REDOX_FUNMAP = 0x2000005c,
	REDOX_WRITE = 0x21000004,
	REDOX_FMAP = 0x21000384,
	REDOX_READ = 0x22000003,
};

#define REDOX_INLINE static inline __attribute__((always_inline))

#define redox_call6 x86_64_call6
#define redox_call4 x86_64_call4
#define redox_call3 x86_64_call3
#define redox_call2 x86_64_call2
#define redox_call1 x86_64_call1
#define redox_call0 x86_64_call0

/* Files are found below a descriptor, and the caller says which number a new one gets. */
REDOX_INLINE long redox_open(long below, const char *path, size_t len, long into)
{
	return redox_call6(REDOX_OPENAT_INTO, below, (long)path, (long)len, 0x30000, 0, into);
}

/* The same file again for an empty name, else what the file makes of it. */
REDOX_INLINE long redox_dup(long fd, const char *name, size_t len, long into)
{
	return redox_call4(REDOX_DUP_INTO, fd, (long)name, (long)len, into);
}

REDOX_INLINE long redox_write(long fd, const void *data, size_t len)
{
	return redox_call3(REDOX_WRITE, fd, (long)data, (long)len);
}

REDOX_INLINE long redox_read(long fd, void *data, size_t len)
{
	return redox_call3(REDOX_READ, fd, (long)data, (long)len);
}

REDOX_INLINE long redox_close(long fd)
{
	return redox_call1(REDOX_CLOSE, fd);
}

enum redox_protection { REDOX_PROT_WRITE = 0x20000, REDOX_PROT_READ = 0x40000 };
enum redox_sharing { REDOX_MAP_SHARED = 1, REDOX_MAP_PRIVATE = 2 };

struct redox_map {
	uint64_t offset, size, flags, address;
};

struct redox_time {
	int64_t seconds;
	int32_t nanoseconds;
};

#define REDOX_MONOTONIC 4
