/* Basic types and macros used by every file of the kernel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)		      (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)		      (((x) + ((a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)	      ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a)	      (((x) & ((__typeof__(x))(a)-1)) == 0)
#define BIT(n)			      (1ull << (n))
#define noinline		      __attribute__((__noinline__))
#define always_inline		      inline __attribute__((__always_inline__))
#define likely(x)		      __builtin_expect(!!(x), 1)
#define unlikely(x)		      __builtin_expect(!!(x), 0)
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

#define MIN(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) min_a_ = (a);                                                        \
		__typeof__(b) min_b_ = (b);                                                        \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                 \
	})
#define MAX(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) max_a_ = (a);                                                        \
		__typeof__(b) max_b_ = (b);                                                        \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                 \
	})

#define NS_PER_SEC 1000000000ull
#define NS_PER_MS  1000000ull
#define NS_PER_US  1000ull
#define US_PER_SEC 1000000ull

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ul

/*
 * `struct file *f SCOPED(file_put) = ...` is released when its scope ends, however it is left,
 * unless it is NULL. DEFINE_SCOPED() goes next to the release function.
 */
#define SCOPED(put) __attribute__((cleanup(put##_scoped)))
#define DEFINE_SCOPED(type, put)                                                                   \
	static inline void put##_scoped(type *v)                                                   \
	{                                                                                          \
		if (*v)                                                                            \
			put(*v);                                                                   \
	}

/* For memory that other CPUs change concurrently: exactly one access, neither torn nor repeated. */
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
