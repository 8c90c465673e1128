/* The context switch, inlined into the scheduler. */
#pragma once

#include "asm/cpu.h"

/* An 8-byte instruction, patched at boot to call `call` if the CPU has XSAVE. Operand in `reg`. */
#define FPU_SITE(bytes, call, reg, t)                                                              \
	asm volatile("9991: .byte " bytes "\n\t.long %c1\n\t.pushsection .fpu_sites, \"a\"\n\t"    \
		     ".quad 9991b, " call "\n\t.popsection"                                        \
		     :                                                                             \
		     : reg(t), "i"(offsetof(struct arch_thread, fpu))                              \
		     : "rax", "rdx", "memory")

/* fxsave64 fpu(%rdi) */
static inline void x86_fpu_save(struct arch_thread *t)
{
	FPU_SITE("0x48, 0x0f, 0xae, 0x87", "x86_xsave", "D", t);
}

/* fxrstor64 fpu(%rsi) */
static inline void x86_fpu_load(const struct arch_thread *t)
{
	FPU_SITE("0x48, 0x0f, 0xae, 0x8e", "x86_xrstor", "S", t);
}

static inline void x86_load_bases(const struct arch_thread *t)
{
	x86_wrmsr(MSR_FS_BASE, t->fs_base);
	/* SWAPGS on the way out makes this the user's GS base. */
	x86_wrmsr(MSR_KERNEL_GS_BASE, t->gs_base);
}

static always_inline void arch_thread_switch(struct arch_thread *from, struct arch_thread *to)
{
	/*
	 * Loaded even if equal: user code can change a base by loading a selector, which must not
	 * leak into the next thread.
	 */
	x86_fpu_save(from);
	asm volatile("movq %0, %%gs:%c1" : : "r"(to->stack_top), "i"(CPU_RSP0) : "memory");
	x86_load_bases(to);
	x86_fpu_load(to);
	/*
	 * All registers are clobbered: the compiler spills what it needs afterwards to this stack.
	 */
	asm volatile("pushq %%rbp\n\t"
		     "pushq $8f\n\t"
		     "movq %%rsp, %c2(%0)\n\t"
		     "movq %c2(%1), %%rsp\n\t"
		     "ret\n"
		     "8:\tpopq %%rbp"
		     : "+D"(from), "+S"(to)
		     : "i"(offsetof(struct arch_thread, sp))
		     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		       "r15", "memory", "cc");
}
