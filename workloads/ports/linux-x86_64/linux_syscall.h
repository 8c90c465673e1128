#pragma once

#include <asm/unistd.h>

/*
 * The raw call, by name: sys(read, fd, buf, len). Arguments are integers or pointers.
 * Registers at `syscall`:
 *   rax   number, then the result
 *   rdi rsi rdx r10 r8 r9   arguments
 *   rcx r11   destroyed by the instruction: return address and flags
 */
#define sys(name, ...) SYS_JOIN(sys_call, SYS_COUNT(__VA_ARGS__))(__NR_##name, ##__VA_ARGS__)

#define SYS_COUNT(...) SYS_SEVENTH(_, ##__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define SYS_SEVENTH(_, a, b, c, d, e, f, n, ...) n
#define SYS_JOIN(a, b) SYS_JOIN_(a, b)
#define SYS_JOIN_(a, b) a##b

#define sys_call0(nr) linux_call0(nr)
#define sys_call1(nr, a) linux_call1(nr, (long)(a))
#define sys_call2(nr, a, b) linux_call2(nr, (long)(a), (long)(b))
#define sys_call3(nr, a, b, c) linux_call3(nr, (long)(a), (long)(b), (long)(c))
#define sys_call4(nr, a, b, c, d) linux_call4(nr, (long)(a), (long)(b), (long)(c), (long)(d))
#define sys_call5(nr, a, b, c, d, e)                                                               \
	linux_call6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define sys_call6(nr, a, b, c, d, e, f)                                                            \
	linux_call6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#define LINUX_INLINE static inline __attribute__((always_inline))

LINUX_INLINE long linux_call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

LINUX_INLINE long linux_call4(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

LINUX_INLINE long linux_call3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

LINUX_INLINE long linux_call2(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return ret;
}

LINUX_INLINE long linux_call1(long nr, long a)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a) : "rcx", "r11", "memory");
	return ret;
}

LINUX_INLINE long linux_call0(long nr)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr) : "rcx", "r11", "memory");
	return ret;
}
