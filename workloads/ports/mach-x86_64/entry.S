/* Traps and ways in that C can't express. */

/*
 * int mach_msg(msg, option, send_size, receive_size, receive, timeout, notify)
 * The seventh argument lies above the return address, which is where the kernel looks for it.
 */
	.section .text.mach_msg, "ax", @progbits
	.globl	mach_msg
	.type	mach_msg, @function
mach_msg:
	movq	$-25, %rax
	movq	%rcx, %r10
	syscall
	ret
	.size	mach_msg, . - mach_msg

/*
 * int mach_context_save(struct mach_context *context)
 * Returns 0. A thread that starts in the saved context returns from here once more, with the rax
 * it was given.
 */
	.section .text.mach_context_save, "ax", @progbits
	.globl	mach_context_save
	.type	mach_context_save, @function
mach_context_save:
	movq	%rbx, (%rdi)
	movq	%rbp, 8(%rdi)
	movq	%r12, 16(%rdi)
	movq	%r13, 24(%rdi)
	movq	%r14, 32(%rdi)
	movq	%r15, 40(%rdi)
	movq	(%rsp), %rax
	leaq	8(%rsp), %rdx
	movq	%rax, 48(%rdi)
	movq	%rdx, 56(%rdi)
	xorl	%eax, %eax
	ret
	.size	mach_context_save, . - mach_context_save

/* A thread starts here: rdi its argument, rsi its function. Its stack is aligned to 16. */
	.section .text.mach_thread_entry, "ax", @progbits
	.globl	mach_thread_entry
	.type	mach_thread_entry, @function
mach_thread_entry:
	xorl	%ebp, %ebp
	pushq	%rdx			/* its place among the threads */
	pushq	%rbp
	call	*%rsi
	popq	%rbp
	popq	%rdi
	jmp	mach_thread_finish
	.size	mach_thread_entry, . - mach_thread_entry

/*
 * _Noreturn void mach_thread_leave(struct mach_header *msg, uint32_t size, void *stack)
 * Sends the message that ends this thread, from another stack: its own may be gone.
 */
	.section .text.mach_thread_leave, "ax", @progbits
	.globl	mach_thread_leave
	.type	mach_thread_leave, @function
mach_thread_leave:
	movq	%rdx, %rsp
	movl	%esi, %edx
	movl	$1, %esi		/* MACH_SEND */
	xorl	%ecx, %ecx
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	call	mach_msg
	ud2
	.size	mach_thread_leave, . - mach_thread_leave

	.section .note.GNU-stack, "", @progbits
