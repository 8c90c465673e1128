/* _start: the kernel leaves all registers clear and no stack. */
	.section .head, "ax", @progbits
	.skip	0x1a
	.quad	_start

	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	leaq	redox_stack_end(%rip), %rsp
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	xorl	%esi, %esi
	call	main
	movl	%eax, %edi
	call	redox_exit
	ud2
	.size	_start, . - _start

	.section .bss.redox_stack, "aw", @nobits
	.balign	16
	.skip	65536
redox_stack_end:

	.section .note.GNU-stack, "", @progbits
