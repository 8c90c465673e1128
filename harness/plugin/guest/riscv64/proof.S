/*
 * A guest whose costs are known: it has a handler at each privilege level and nothing else. The
 * tests count the lines below; a change here is a change there.
 *
 * What it does, in this order, each so many times:
 *	timer			5	handler of 7
 *	ebreak			3	handler of 12 that goes on behind it
 *	no instruction		2	the same
 *	CSR of another level	2	the same
 *	load page fault		4	handler of 19 that maps the page
 *	store page fault	1	the same
 *	call of the firmware	3	handler of 4
 *	call 7 from user mode	6	handler of 16
 *	call 9 from user mode	3	handler of 17, one of them a call of the firmware
 *	CSR from user mode	1	handler of 12 that goes on behind it
 *
 * The supervisor's handler keeps t3 to t6 for itself, the firmware's s10.
 */
#define UART 0x10000000
#define FINISHER 0x100000
#define EXIT_CODE 0x2b
#define PAGE_RWX 0xcf		/* accessed, dirty, executable, writable, readable, valid */
#define PAGE_RW 0xc7
#define PAGE_USER 0x10
#define ALIAS 0x40000000	/* where user mode sees what the supervisor has at 0x80000000 */
#define stimecmp 0x14d
#define menvcfg 0x30a

	.option	norvc
	.option	norelax

.macro	MARK tag
	lui	zero, 0x52530 + \tag
.endm

	.text
	.globl	start
start:
	/* The firmware: all memory is free to use, and traps go to the supervisor but for its calls. */
	li	t0, -1
	csrw	pmpaddr0, t0
	li	t0, 0x1f
	csrw	pmpcfg0, t0
	lla	t0, firmware
	csrw	mtvec, t0
	li	t0, 1 << 2 | 1 << 3 | 1 << 8 | 1 << 13 | 1 << 15
	csrw	medeleg, t0
	li	t0, 1 << 5
	csrw	mideleg, t0
	li	t0, 1 << 63
	csrw	menvcfg, t0		/* the supervisor has a timer of its own */
	li	t0, 7
	csrw	mcounteren, t0
	csrw	scounteren, zero
	li	t0, 1 << 11
	csrw	mstatus, t0
	lla	t0, supervisor
	csrw	mepc, t0
	mret

firmware:
	csrr	s10, mepc
	addi	s10, s10, 4
	csrw	mepc, s10
	mret

supervisor:
	lla	sp, stack_top
	lla	t0, handler
	csrw	stvec, t0
	/* Pages of 1 GiB: devices, this program, this program for user mode. */
	lla	t1, root
	li	t0, PAGE_RW
	sd	t0, 0(t1)
	li	t0, 0x20000000 | PAGE_RWX
	sd	t0, 16(t1)
	li	t0, 0x20000000 | PAGE_RWX | PAGE_USER
	sd	t0, 24(t1)
	srli	t1, t1, 12
	li	t0, 8 << 60
	or	t1, t1, t0
	csrw	satp, t1
	sfence.vma

	li	s9, 0
	csrr	t0, time
	addi	t0, t0, 1000
	csrw	stimecmp, t0
	li	t0, 1 << 5
	csrw	sie, t0
	csrsi	sstatus, 2
1:	wfi
	li	t0, 5
	blt	s9, t0, 1b
	csrci	sstatus, 2
	csrw	sie, zero

	/* From here to the end nothing waits: the clock and what is executed must agree. */
	MARK	5
	j	1f			/* the plugin starts over at a block's end */
1:	MARK	1
	csrr	s0, instret

.rept	3
	ebreak
.endr
.rept	2
	.word	0xffffffff
.endr
.rept	2
	csrr	t0, mstatus
.endr
	li	t1, 4 << 30
	li	t2, 1 << 30
.rept	4
	ld	t0, 0(t1)
	add	t1, t1, t2
.endr
	sd	t0, 8(t1)
.rept	3
	ecall
.endr

	lla	t0, user
	li	t1, ALIAS
	add	t0, t0, t1
	csrw	sepc, t0
	li	t0, 1 << 8
	csrc	sstatus, t0
	sret

user:
.rept	6
	li	a7, 7
	ecall
.endr
.rept	3
	li	a7, 9
	ecall
.endr
	csrr	t0, sstatus
	MARK	4
	li	a7, 1
	ecall
	j	.

	.balign	4
handler:
	csrr	t3, scause
	bltz	t3, on_timer
	slli	t3, t3, 3
	lla	t4, causes
	add	t4, t4, t3
	ld	t4, 0(t4)
	jr	t4

on_timer:
	csrr	t5, time
	addi	t5, t5, 1000
	csrw	stimecmp, t5
	addi	s9, s9, 1
	sret

on_skip:
	csrr	t5, sepc
	addi	t5, t5, 4
	csrw	sepc, t5
	sret

on_page_fault:
	csrr	t5, stval
	srli	t5, t5, 30
	slli	t5, t5, 3
	lla	t6, root
	add	t6, t6, t5
	lui	t5, 0x20000
	addi	t5, t5, PAGE_RW
	sd	t5, 0(t6)
	sfence.vma
	sret

on_call:
	csrr	t5, sepc
	addi	t5, t5, 4
	csrw	sepc, t5
	li	t5, 1
	beq	a7, t5, leave_qemu
	li	t5, 9
	bne	a7, t5, 1f
	ecall
1:	sret

leave_qemu:
	csrr	s1, instret
	MARK	2
	sub	s1, s1, s0
	/* What the clock says goes out as four bytes. */
	li	t0, UART
.rept	4
	sb	s1, 0(t0)
	srli	s1, s1, 8
.endr
	li	t0, FINISHER
	li	t1, EXIT_CODE << 16 | 0x3333
	sw	t1, 0(t0)
	j	.

	.data
	.balign	8
causes:
	.quad	0, 0, on_skip, on_skip, 0, 0, 0, 0
	.quad	on_call, 0, 0, 0, 0, on_page_fault, 0, on_page_fault

	.bss
	.balign	4096
root:	.skip	4096
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits
