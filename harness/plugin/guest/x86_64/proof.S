/*
 * A guest whose costs are known: it has descriptor tables, handlers of a few instructions each and
 * nothing else. The tests count the lines below; a change here is a change there.
 *
 * What it does, in this order, each so many times:
 *	timer			5	handler of 6
 *	int $0x80		3	handler of 4 instructions
 *	int $0x81		2	handler of 3, and inside it one int $0x80
 *	#UD			2	handler of 2 that goes on behind it
 *	#DE			2	handler of 2 that mends the divisor
 *	#PF			4	handler of 8 that maps the page
 *	NMI			2	handler of 3, on a stack of its own
 *	syscall from ring 3	6	handler of 3
 *	int $0x82 from ring 3	3	handler of 2
 *	sysenter from ring 3	4	handler of 2
 *	#GP from ring 3		1	handler of 3 that goes on behind it
 */
#define CODE 0x08
#define DATA 0x10
#define USER_DATA 0x1b
#define USER_CODE 0x23
#define TSS 0x38
#define APIC 0xfee00000
#define MARK_OPEN 0x52530001
#define MARK_CLOSE 0x52530002
#define MARK_DONE 0x52530004
#define MARK_BEGIN 0x52530005
#define SERIAL 0x3f8
#define FRESH 0x1000000

	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 8, 18
	.asciz	"Xen"
	.quad	start

	.text
	.code32
	.globl	start
start:
	movl	$stack_top, %esp
	/* The first GiB, as 2 MiB pages that user mode may use too; the APIC's page above 3 GiB. */
	movl	$(pd + 7), pdpt
	movl	$(pd_high + 7), pdpt + 24
	movl	$(pdpt + 7), pml4
	movl	$pd, %edi
	movl	$0x87, %eax
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$(0xfee00000 + 0x93), pd_high + 8 * (APIC >> 21 & 511)

	movl	%cr4, %eax
	orl	$0x20, %eax
	movl	%eax, %cr4
	movl	$pml4, %eax
	movl	%eax, %cr3
	/* Long mode, and syscall. */
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x101, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000001, %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$CODE, $start64

	.code64
start64:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss

	/* gate VECTOR, HANDLER, IST, DPL */
.macro	gate vector, handler, ist=0, dpl=0
	movl	$\handler, %eax
	movl	$idt + \vector * 16, %edi
	movw	%ax, (%rdi)
	movw	$CODE, 2(%rdi)
	movw	$(0x8e00 + (\dpl << 13) + \ist), 4(%rdi)
	shrl	$16, %eax
	movw	%ax, 6(%rdi)
.endm
	gate	0, on_divide
	gate	2, on_nmi, ist=1
	gate	6, on_undefined
	gate	13, on_protection
	gate	14, on_page_fault
	gate	32, on_timer
	gate	0x80, on_80
	gate	0x81, on_81
	gate	0x82, on_82, dpl=3
	lidt	idt_pointer

	movl	$tss, %eax
	movw	%ax, gdt + TSS + 2
	shrl	$16, %eax
	movb	%al, gdt + TSS + 4
	movl	$TSS, %eax
	ltr	%ax
	movq	$stack_top, tss + 4
	movq	$nmi_stack_top, tss + 36

	movl	$APIC, %esi
	movl	$0x1ff, 0xf0(%rsi)
	/* The timer: PIC to vector 32, only line 0 open; PIT at 100 Hz. */
	movb	$0x11, %al
	outb	%al, $0x20
	movb	$32, %al
	outb	%al, $0x21
	movb	$4, %al
	outb	%al, $0x21
	movb	$1, %al
	outb	%al, $0x21
	movb	$0xfe, %al
	outb	%al, $0x21
	movl	$0x700, 0x350(%rsi)	/* LINT0: as the PIC says */
	movb	$0x34, %al
	outb	%al, $0x43
	movb	$(11932 & 0xff), %al
	outb	%al, $0x40
	movb	$(11932 >> 8), %al
	outb	%al, $0x40
	sti
1:	hlt
	cmpl	$5, ticks
	jb	1b
	cli

	/* From here to the end nothing halts: the clock and what is executed must agree. */
	nopl	MARK_BEGIN(%rax, %rax)
	jmp	1f			/* the plugin starts over at a block's end */
1:	nopl	MARK_OPEN(%rax, %rax)
	rdtsc
	movl	%eax, started

	/* Software vectors, one within another. */
.rept	3
	int	$0x80
.endr
.rept	2
	int	$0x81
.endr

	/* Faults: one that is passed over, one that is mended, one for each fresh page. */
.rept	2
	ud2
.endr
.rept	2
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$6, %eax
	divl	%ecx
.endr
	/* Take 2 MiB pages away, to be given back one by one. */
	movl	$FRESH, %ebx
	movl	$4, %r8d
1:	movl	%ebx, %eax
	shrl	$21, %eax
	andq	$~1, pd(, %rax, 8)
	invlpg	(%rbx)
	movl	$1, (%rbx)
	addl	$0x200000, %ebx
	decl	%r8d
	jnz	1b

	/* NMI to ourselves, through the APIC's memory. */
	movl	$APIC, %esi
.rept	2
	movl	$0x44400, 0x300(%rsi)
	nop
.endr

	/* System calls. */
	movl	$0xc0000081, %ecx	/* STAR */
	xorl	%eax, %eax
	movl	$((0x13 << 16) | CODE), %edx
	wrmsr
	movl	$0xc0000082, %ecx	/* LSTAR */
	movl	$on_syscall, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$0x174, %ecx		/* SYSENTER_CS, _ESP, _EIP */
	movl	$CODE, %eax
	wrmsr
	incl	%ecx
	movl	$stack_top, %eax
	wrmsr
	incl	%ecx
	movl	$on_sysenter, %eax
	wrmsr
	pushq	$USER_DATA
	pushq	$user_stack_top
	pushq	$2
	pushq	$USER_CODE
	pushq	$user
	iretq

user:
.rept	6
	movl	$7, %eax
	syscall
.endr
.rept	3
	movl	$9, %eax
	int	$0x82
.endr
.rept	4
	movl	$5, %eax
	leaq	1f(%rip), %rdx
	movq	%rsp, %rcx
	sysenter
1:
.endr
	/* Not for user mode: one byte, and the handler skips it. */
	cli
	nopl	MARK_DONE(%rax, %rax)
	movl	$1, %eax
	syscall				/* number 1: leave */
	jmp	.

on_syscall:
	cmpl	$1, %eax
	je	leave_qemu
	sysretq
leave_qemu:
	rdtsc
	nopl	MARK_CLOSE(%rax, %rax)
	subl	started, %eax
	/* What the clock says goes out as four bytes. */
	movw	$SERIAL, %dx
.rept	4
	outb	%al, %dx
	shrl	$8, %eax
.endr
	movb	$0x15, %al
	outb	%al, $0xf4
	jmp	.

on_sysenter:
	nop
	sysexitq
on_80:
	nop
	nop
	nop
	iretq
on_81:
	nop
	int	$0x80
	iretq
on_82:
	nop
	iretq
on_undefined:
	addq	$2, (%rsp)
	iretq
on_divide:
	movl	$3, %ecx
	iretq
on_protection:
	incq	8(%rsp)
	addq	$8, %rsp
	iretq
on_page_fault:
	addq	$8, %rsp
	pushq	%rax
	movq	%cr2, %rax
	shrq	$21, %rax
	orq	$1, pd(, %rax, 8)
	popq	%rax
	nop
	iretq
on_nmi:
	nop
	nop
	iretq
on_timer:
	pushq	%rax
	incl	ticks
	movb	$0x20, %al
	outb	%al, $0x20
	popq	%rax
	iretq

	.data
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cff3000000ffff
	.quad	0x00affb000000ffff
	/* As sysexit wants them: code, data. */
	.quad	0x00affb000000ffff
	.quad	0x00cff3000000ffff
	.quad	0x0000890000000067, 0
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
idt_pointer:
	.word	256 * 16 - 1
	.quad	idt

	.bss
	.balign	4096
pml4:		.skip 4096
pdpt:		.skip 4096
pd:		.skip 4096
pd_high:	.skip 4096
idt:		.skip 4096
tss:		.skip 4096
		.skip 4096
stack_top:
		.skip 4096
nmi_stack_top:
		.skip 4096
user_stack_top:
ticks:		.skip 8
started:	.skip 8

	.section .note.GNU-stack, "", @progbits
