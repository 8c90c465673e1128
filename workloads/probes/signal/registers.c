#include "probe.h"

#include <linux/signal.h>

static void handle(int signal)
{
	(void)signal;
	__asm__ volatile("pxor %%xmm7, %%xmm7\n\txor %%r12d, %%r12d" : : : "r12");
}

void probe(void)
{
	long vector, general, pid = port_getpid();

	probe_need("sigaction", port_catch(SIGUSR1, handle));
	__asm__ volatile("movq $4711, %%r12\n\t"
			 "movq %%r12, %%xmm7\n\t"
			 "movl %[kill], %%eax\n\t"
			 "syscall\n\t"
			 "movq %%xmm7, %[vector]\n\t"
			 "movq %%r12, %[general]"
			 : [vector] "=&r"(vector), [general] "=&r"(general)
			 : [kill] "i"(__NR_kill), "D"(pid), "S"(SIGUSR1)
			 : "rax", "rcx", "r11", "r12", "memory");
	probe_check("a general register", 4711, general);
	probe_check("a vector register", 4711, vector);
}

PROBE_ASKS("a handler leaves no trace in the registers, those of vectors neither");
