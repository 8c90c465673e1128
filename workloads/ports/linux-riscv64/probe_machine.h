#pragma once

/* What probes must know of the processor. The other ports for Linux have the same names. */

#include <linux/signal.h>

/* Instructions that no program may run, by number, and the signal that answers them. */
#define MACHINE_PRIVILEGED 4
#define MACHINE_PRIVILEGED_SIGNAL SIGILL

static inline void machine_privileged(int which)
{
	switch (which) {
	case 0:
		__asm__ volatile("csrci sstatus, 2"); /* interrupts off */
		break;
	case 1:
		__asm__ volatile("csrr t0, satp" : : : "t0");
		break;
	case 2:
		__asm__ volatile("sfence.vma");
		break;
	case 3:
		__asm__ volatile("csrr t0, mstatus" : : : "t0");
		break;
	}
}

/* The signal of a division by zero; 0 where it gives a result like any other. */
#define MACHINE_DIVISION_SIGNAL 0

static inline int machine_divide_by_zero(void)
{
	int quotient;

	__asm__ volatile("divw %0, %1, zero" : "=r"(quotient) : "r"(1));
	/* All ones, says the ISA. */
	return quotient == -1 ? 0 : 1;
}

static inline void machine_undefined(void)
{
	__asm__ volatile("unimp");
}

/* The bytes of a return from a function. */
#define MACHINE_RETURN                                                                             \
	{                                                                                          \
		0x82, 0x80                                                                         \
	}

/* Addresses that are the kernel's, or nobody's. */
#define MACHINE_NOT_OURS                                                                           \
	{                                                                                          \
		0xffffffff80000000, 0xffffffd800000000, 0xffffaf8000000000, 0xff60000000000000,    \
			0xfffffffffffff000, 0x0100000000000000                                     \
	}

/* What a getppid leaves in the registers that it may change, all of them 0 before. */
#define MACHINE_LEFT 7

static inline void machine_left(unsigned long left[MACHINE_LEFT])
{
	/* Linux keeps them all; those that a called function may change are looked at. */
	__asm__ volatile("li t1, 0\n\tli t2, 0\n\tli t3, 0\n\tli t4, 0\n\tli t5, 0\n\t"
			 "li a1, 0\n\tli a2, 0\n\t"
			 "li a7, %[getppid]\n\tecall\n\t"
			 "sd t1, 0(%[left])\n\tsd t2, 8(%[left])\n\tsd t3, 16(%[left])\n\t"
			 "sd t4, 24(%[left])\n\tsd t5, 32(%[left])\n\t"
			 "sd a1, 40(%[left])\n\tsd a2, 48(%[left])"
			 :
			 : [getppid] "i"(__NR_getppid), [left] "r"(left)
			 : "a0", "a1", "a2", "a7", "t1", "t2", "t3", "t4", "t5", "memory");
}

/* The port's own code has no floating point, and its assembler must be told of it. */
#define MACHINE_FLOAT ".option push\n\t.option arch, +d\n\t"
#define MACHINE_NO_FLOAT ".option pop\n\t"

/* For a handler: changes a general register and a vector's (or a floating-point one). */
static inline void machine_spoil(void)
{
	__asm__ volatile(MACHINE_FLOAT "fmv.d.x ft7, zero\n\t" MACHINE_NO_FLOAT "li s2, 0"
			 :
			 :
			 : "s2");
}

/* Sets both to `value`, sends this process a signal, and tells what they are then. */
static inline void machine_keep(long pid, int signal, long value, long *general, long *vector)
{
	register long a0 __asm__("a0") = pid;
	register long a1 __asm__("a1") = signal;

	__asm__ volatile(MACHINE_FLOAT "mv s2, %[value]\n\t"
				       "fmv.d.x ft7, s2\n\t"
				       "li a7, %[kill]\n\t"
				       "ecall\n\t"
				       "fmv.x.d %[vector], ft7\n\t"
				       "mv %[general], s2\n\t" MACHINE_NO_FLOAT
			 : [vector] "=&r"(*vector), [general] "=&r"(*general), "+r"(a0)
			 : [kill] "i"(__NR_kill), "r"(a1), [value] "r"(value)
			 : "a7", "s2", "memory");
}

/* This thread's own storage begins at `at`; its first word. */
static inline long machine_set_storage(void *at)
{
	__asm__ volatile("mv tp, %0" : : "r"(at));
	return 0;
}

static inline unsigned long machine_storage(void)
{
	unsigned long value;

	__asm__ volatile("ld %0, 0(tp)" : "=r"(value));
	return value;
}
