/*
 * _start: the kernel left argc at (sp) and argv right above it; no other register is of use. main()
 * wants a stack aligned to 16 bytes, and gp where the linker put what is addressed through it.
 */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	s0, 0
	ld	a0, 0(sp)
	addi	a1, sp, 8
	andi	sp, sp, -16
	call	main
	li	a7, 94			/* exit_group */
	ecall
	unimp
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
