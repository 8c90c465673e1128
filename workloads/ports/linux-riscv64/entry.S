/* What port.h's calls need outside C: a thread's start. Signal handlers return through the vDSO. */

#include <asm/unistd.h>

/*
 * long linux_thread(unsigned long flags, void *stack_top, uint32_t *id, void (*fn)(void *arg),
 *		     void *arg)
 *	a0 flags, a1 stack_top, a2 id, a3 fn, a4 arg
 * fn and arg wait on the new stack: of the registers, the child is sure of its stack pointer only.
 */
	.section .text.linux_thread, "ax", @progbits
	.globl	linux_thread
	.type	linux_thread, @function
linux_thread:
	andi	a1, a1, -16
	addi	a1, a1, -16
	sd	a3, 0(a1)
	sd	a4, 8(a1)
	li	a3, 0			/* no storage of its own */
	mv	a4, a2			/* set to the id now, to 0 when the thread is gone */
	li	a7, __NR_clone
	ecall
	beqz	a0, 1f
	ret
1:	li	s0, 0
	ld	a1, 0(sp)
	ld	a0, 8(sp)
	addi	sp, sp, 16
	jalr	a1
	li	a0, 0
	li	a7, __NR_exit
	ecall
	unimp
	.size	linux_thread, . - linux_thread

	.section .note.GNU-stack, "", @progbits
