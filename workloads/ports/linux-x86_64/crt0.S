/*
 * _start: the kernel left argc at (%rsp) and argv right above it; every other register is
 * undefined. main() wants a stack aligned to 16 bytes before its call.
 */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	movl	(%rsp), %edi
	leaq	8(%rsp), %rsi
	andq	$-16, %rsp
	call	main
	movl	%eax, %edi
	movl	$231, %eax		/* exit_group */
	syscall
	ud2
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
