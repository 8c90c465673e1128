#pragma once

#include <asm/unistd.h>

/* The raw call, by name: sys(read, fd, buf, len). Arguments are integers or pointers. */
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

/* linux_call0() to linux_call4() and linux_call6(nr, ...), each no more than the instruction. */
#include "linux_call.h"
