#include "probe.h"

static int is_kernel(unsigned long value)
{
	return value >= 0xffff800000000000 && value < -4096ul;
}

void probe(void)
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
	probe_check("addresses of the kernel", 0,
		    is_kernel(rdi) + is_kernel(rsi) + is_kernel(rdx) + is_kernel(r8) +
			    is_kernel(r9) + is_kernel(r10));
}

PROBE_ASKS("a system call leaves nothing of the kernel in the registers it may change");
