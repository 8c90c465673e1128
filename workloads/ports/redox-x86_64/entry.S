/* Ways in and out that C can't express. */

/*
 * int redox_context_save(struct redox_context *context)
 * Returns 0; and 1 in the context that starts at redox_context_resume() with the same argument,
 * which the kernel puts into rsi.
 */
	.section .text.redox_context_save, "ax", @progbits
	.globl	redox_context_save
	.type	redox_context_save, @function
redox_context_save:
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
	.size	redox_context_save, . - redox_context_save

	.section .text.redox_context_resume, "ax", @progbits
	.globl	redox_context_resume
	.type	redox_context_resume, @function
redox_context_resume:
	movq	%rsi, %rdi
	movq	(%rdi), %rbx
	movq	8(%rdi), %rbp
	movq	16(%rdi), %r12
	movq	24(%rdi), %r13
	movq	32(%rdi), %r14
	movq	40(%rdi), %r15
	movq	56(%rdi), %rsp
	movl	$1, %eax
	jmp	*48(%rdi)
	.size	redox_context_resume, . - redox_context_resume

/*
 * A thread starts here, rsi and rsp pointing to what its maker laid at the top of its stack:
 * function, argument, the word that says it lives, the descriptor of its context.
 * Once the word is 0 the stack may be gone: nothing of it is used from there on.
 */
	.section .text.redox_thread_entry, "ax", @progbits
	.globl	redox_thread_entry
	.type	redox_thread_entry, @function
redox_thread_entry:
	xorl	%ebp, %ebp
	movq	%rsi, %rbx
	movq	8(%rbx), %rdi
	call	*(%rbx)
	movq	16(%rbx), %rdi
	movq	24(%rbx), %rbx
	movl	$0, (%rdi)
	movl	$1, %esi		/* wake */
	movl	$0x7fffffff, %edx
	xorl	%r10d, %r10d
	movl	$240, %eax		/* FUTEX */
	syscall
	movl	$0x21000004, %eax	/* WRITE of "end" to the context */
	movq	%rbx, %rdi
	leaq	redox_verb_end(%rip), %rsi
	movl	$8, %edx
	syscall
	ud2
	.size	redox_thread_entry, . - redox_thread_entry

	.section .note.GNU-stack, "", @progbits
