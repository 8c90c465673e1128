#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * System calls. Registers at `syscall`:
 *   rax   number, then the result: -errno, in Linux's numbering, for an error
 *   rdi rsi rdx r10 r8 r9   arguments
 *   rcx r11   destroyed by the instruction
 * The upper bits of a number say what kind of arguments it has.
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

REDOX_INLINE long redox_call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

REDOX_INLINE long redox_call4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

REDOX_INLINE long redox_call3(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

REDOX_INLINE long redox_call2(long number, long a, long b)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b)
			 : "rcx", "r11", "memory");
	return ret;
}

REDOX_INLINE long redox_call1(long number, long a)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number), "D"(a) : "rcx", "r11", "memory");
	return ret;
}

REDOX_INLINE long redox_call0(long number)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number) : "rcx", "r11", "memory");
	return ret;
}

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
