/* What port.h's calls need outside C: a thread's start and the way back from a signal handler. */

#include <asm/unistd.h>

/*
 * long linux_thread(unsigned long flags, void *stack_top, uint32_t *id, void (*fn)(void *arg),
 *		     void *arg)
 *	rdi flags, rsi stack_top, rdx id, rcx fn, r8 arg
 * fn and arg wait on the new stack: of the registers, the child is sure of its stack pointer only.
 */
	.section .text.linux_thread, "ax", @progbits
	.globl	linux_thread
	.type	linux_thread, @function
linux_thread:
	andq	$-16, %rsi
	subq	$16, %rsi
	movq	%rcx, (%rsi)
	movq	%r8, 8(%rsi)
	movq	%rdx, %r10		/* set to the id now, to 0 when the thread is gone */
	xorl	%r8d, %r8d
	movl	$__NR_clone, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:	xorl	%ebp, %ebp
	popq	%rax
	popq	%rdi
	call	*%rax
	xorl	%edi, %edi
	movl	$__NR_exit, %eax
	syscall
	ud2
	.size	linux_thread, . - linux_thread

/* Handlers return here, with the stack as the kernel laid it out. */
	.section .text.linux_sigreturn, "ax", @progbits
	.globl	linux_sigreturn
	.type	linux_sigreturn, @function
linux_sigreturn:
	movl	$__NR_rt_sigreturn, %eax
	syscall
	ud2
	.size	linux_sigreturn, . - linux_sigreturn

	.section .note.GNU-stack, "", @progbits
