/* What the patched sites of asm/switch.h call on a CPU with XSAVE: all enabled components. */
#include "asm/layout.h"

	.text

	.globl	x86_xsave
x86_xsave:
	movl	$7, %eax
	xorl	%edx, %edx
	xsave64	ARCH_THREAD_FPU(%rdi)
	ret

	.globl	x86_xrstor
x86_xrstor:
	movl	$7, %eax
	xorl	%edx, %edx
	xrstor64 ARCH_THREAD_FPU(%rsi)
	ret

	.section .note.GNU-stack, "", @progbits
