/* _start: a0 argc and a1 argv, both 0 for the first program; the stack is aligned to 8 bytes. */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	li	s0, 0
	andi	sp, sp, -16
	call	main
	li	a7, 93			/* exit */
	ecall
	unimp
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
