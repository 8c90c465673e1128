/*
 * _start: no memory is the program's yet, there is no stack, and nothing is cleared. The program's
 * break is set behind all it has; what is kept in flash of the data is copied to where it is used.
 */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	la	sp, stack_top
	li	a0, 0			/* brk */
	la	a1, bss_end
	li	a4, 5			/* memop */
	ecall
	la	t0, data_kept
	la	t1, data_start
	la	t2, data_end
	la	t3, bss_end
1:	bgeu	t1, t2, 2f
	lw	t4, 0(t0)
	sw	t4, 0(t1)
	addi	t0, t0, 4
	addi	t1, t1, 4
	j	1b
2:	bgeu	t1, t3, 3f
	sw	zero, 0(t1)
	addi	t1, t1, 4
	j	2b
3:	li	s0, 0
	li	a0, 0
	li	a1, 0
	call	main
	unimp
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
