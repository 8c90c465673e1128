/* Entered by QEMU in 32-bit mode; into 64-bit mode with the first GiB mapped, and to main(). */
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
	movl	$(pdpt + 3), pml4
	movl	$0x83, pdpt
	movl	%cr4, %eax
	orl	$0x20, %eax
	movl	%eax, %cr4
	movl	$pml4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000001, %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $1f
	.code64
1:	/* An iretq loads what the entry has left in SS. */
	xorl	%eax, %eax
	movl	%eax, %ss
	movl	$on_breakpoint, %eax
	movw	%ax, idt + 3 * 16
	movw	$8, idt + 3 * 16 + 2
	movw	$0x8e00, idt + 3 * 16 + 4
	shrl	$16, %eax
	movw	%ax, idt + 3 * 16 + 6
	lidt	idt_pointer
	call	main
	jmp	.

on_breakpoint:
	nop
	iretq

	.data
	.balign	8
gdt:	.quad	0, 0x00af9b000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
idt_pointer:
	.word	16 * 16 - 1
	.quad	idt

	.bss
	.balign	4096
pml4:	.skip	4096
pdpt:	.skip	4096
idt:	.skip	4096
	.skip	16384
stack_top:

	.section .note.GNU-stack, "", @progbits
