#pragma once

/*
 * Registers at `ecall`: a7 the number, a0 to a2 the arguments, a0 the result. All others are kept.
 * The kernel says -1 for whatever went wrong; rcore_result() makes it the errno that fits.
 */

#define RCORE_INLINE static inline __attribute__((always_inline))

RCORE_INLINE long rcore_call3(enum rcore_number number, long a, long b, long c)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
	return a0;
}

RCORE_INLINE long rcore_call2(enum rcore_number number, long a, long b)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1) : "memory");
	return a0;
}

RCORE_INLINE long rcore_call1(enum rcore_number number, long a)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
	return a0;
}

RCORE_INLINE long rcore_call0(enum rcore_number number)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0");

	__asm__ volatile("ecall" : "=r"(a0) : "r"(a7) : "memory");
	return a0;
}

RCORE_INLINE long rcore_result(long result, int error)
{
	return result == -1 ? -error : result;
}
