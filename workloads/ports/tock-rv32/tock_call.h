#pragma once

/*
 * Registers at `ecall`: a4 the class, a0 to a3 the arguments and then the results, of which a0 says
 * what the others are. All others are kept, but while a yield lets an upcall run.
 */

#define TOCK_INLINE static inline __attribute__((always_inline))

/* In a0 of an answer; below 128 it is a failure. */
#define TOCK_SUCCESS 128
#define TOCK_SUCCESS_U32 129

struct tock_answer {
	uint32_t variant, value;
};

TOCK_INLINE struct tock_answer tock_call(enum tock_class class, uint32_t a, uint32_t b, uint32_t c,
					 uint32_t d)
{
	register uint32_t a0 __asm__("a0") = a;
	register uint32_t a1 __asm__("a1") = b;
	register uint32_t a2 __asm__("a2") = c;
	register uint32_t a3 __asm__("a3") = d;
	register uint32_t a4 __asm__("a4") = class;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3) : "r"(a4) : "memory");
	return (struct tock_answer){ a0, a1 };
}

/* Lets one upcall run: waits for it, or comes back when there is none. */
enum tock_yield { TOCK_NO_WAIT = 0, TOCK_WAIT = 1 };

TOCK_INLINE void tock_yield(enum tock_yield how)
{
	static uint8_t ran;
	register uint32_t a0 __asm__("a0") = how;
	register uint32_t a1 __asm__("a1") = (uint32_t)&ran;
	register uint32_t a4 __asm__("a4") = TOCK_YIELD;

	/* The upcall is a function, called as if from here. */
	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a4)
			 :
			 : "memory", "ra", "a2", "a3", "a5", "a6", "a7", "t0", "t1", "t2", "t3",
			   "t4", "t5", "t6");
}
