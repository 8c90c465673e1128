/*
 * _start: the kernel left argc at (%rsp) and argv right above it. main() wants a stack aligned to
 * 16 bytes before its call.
 */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	movl	(%rsp), %edi
	leaq	8(%rsp), %rsi
	andq	$-16, %rsp
	movq	%rsi, mach_arguments(%rip)
	call	main
	movl	%eax, %edi
	call	mach_exit
	ud2
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
