#pragma once

/* What probes must know of the processor. The other ports for Linux have the same names. */

#include <asm/prctl.h>
#include <linux/signal.h>

/* Instructions that no program may run, by number, and the signal that answers them. */
#define MACHINE_PRIVILEGED 5
#define MACHINE_PRIVILEGED_SIGNAL SIGSEGV

static inline void machine_privileged(int which)
{
	switch (which) {
	case 0:
		__asm__ volatile("hlt");
		break;
	case 1:
		__asm__ volatile("cli");
		break;
	case 2:
		__asm__ volatile("movq %%cr3, %%rax" : : : "rax");
		break;
	case 3:
		__asm__ volatile("rdmsr" : : "c"(0xc0000080) : "rax", "rdx");
		break;
	case 4:
		__asm__ volatile("outb %%al, $0x80" : : "a"(0));
		break;
	}
}

/* The signal of a division by zero; 0 where it gives a result like any other. */
#define MACHINE_DIVISION_SIGNAL SIGFPE

static inline int machine_divide_by_zero(void)
{
	int quotient;

	__asm__ volatile("cltd\n\tidivl %1" : "=a"(quotient) : "r"(0), "a"(1) : "edx");
	return quotient;
}

static inline void machine_undefined(void)
{
	__asm__ volatile("ud2");
}

/* The bytes of a return from a function. */
#define MACHINE_RETURN                                                                             \
	{                                                                                          \
		0xc3                                                                               \
	}

/* Addresses that are the kernel's, or nobody's. */
#define MACHINE_NOT_OURS                                                                           \
	{                                                                                          \
		0xffffffff81000000, 0xffff800000000000, 0xffff888000000000, 0xfffffffffffff000,    \
			0x00007ffffffff000, 0x0000800000000000                                     \
	}

/* What a getppid leaves in the registers that it may change, all of them 0 before. */
#define MACHINE_LEFT 6

static inline void machine_left(unsigned long left[MACHINE_LEFT])
{
	unsigned long rdi, rsi, rdx, r8, r9, r10;

	__asm__ volatile("xorl %%edi, %%edi\n\txorl %%esi, %%esi\n\txorl %%edx, %%edx\n\t"
			 "xorl %%r8d, %%r8d\n\txorl %%r9d, %%r9d\n\txorl %%r10d, %%r10d\n\t"
			 "movl %[getppid], %%eax\n\tsyscall\n\t"
			 "movq %%r8, %[r8]\n\tmovq %%r9, %[r9]\n\tmovq %%r10, %[r10]"
			 : "=D"(rdi), "=S"(rsi),
			   "=d"(rdx), [r8] "=m"(r8), [r9] "=m"(r9), [r10] "=m"(r10)
			 : [getppid] "i"(__NR_getppid)
			 : "rax", "rcx", "r8", "r9", "r10", "r11", "memory");
	left[0] = rdi;
	left[1] = rsi;
	left[2] = rdx;
	left[3] = r8;
	left[4] = r9;
	left[5] = r10;
}

/* For a handler: changes a general register and a vector's (or a floating-point one). */
static inline void machine_spoil(void)
{
	__asm__ volatile("pxor %%xmm7, %%xmm7\n\txor %%r12d, %%r12d" : : : "r12");
}

/* Sets both to `value`, sends this process a signal, and tells what they are then. */
static inline void machine_keep(long pid, int signal, long value, long *general, long *vector)
{
	__asm__ volatile("movq %[value], %%r12\n\t"
			 "movq %%r12, %%xmm7\n\t"
			 "movl %[kill], %%eax\n\t"
			 "syscall\n\t"
			 "movq %%xmm7, %[vector]\n\t"
			 "movq %%r12, %[general]"
			 : [vector] "=&r"(*vector), [general] "=&r"(*general)
			 : [kill] "i"(__NR_kill), "D"(pid), "S"((long)signal), [value] "r"(value)
			 : "rax", "rcx", "r11", "r12", "memory");
}

/* This thread's own storage begins at `at`; its first word. */
static inline long machine_set_storage(void *at)
{
	return sys(arch_prctl, ARCH_SET_FS, at);
}

static inline unsigned long machine_storage(void)
{
	unsigned long value;

	__asm__ volatile("movq %%fs:0, %0" : "=r"(value));
	return value;
}
