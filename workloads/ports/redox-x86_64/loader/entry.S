/* The way in from the boot loader, in 32-bit protected mode, and the way out in 64-bit mode. */

#define MAGIC 0x1badb002
#define FLAGS 0x3		/* modules on pages, a memory map */

	.section .multiboot, "a", @progbits
	.balign	4
	.long	MAGIC, FLAGS, -(MAGIC + FLAGS)

	.section .text, "ax", @progbits
	.code32
	.globl	_start
	.type	_start, @function
_start:
	movl	$stack_end, %esp
	xorl	%ebp, %ebp
	pushl	%ebx			/* what the boot loader hands over */
	call	loader_main
	ud2
	.size	_start, . - _start

#define CR0_PAGING 0x80000000
#define CR0_WRITE_PROTECT 0x10000
#define CR4_PSE_PAE_PGE_FXSR 0x2b0
#define EFER 0xc0000080
#define EFER_LONG_NX 0x900

/* _Noreturn void enter(uint32_t tables, uint64_t entry, const struct redox_arguments *arguments) */
	.globl	enter
	.type	enter, @function
enter:
	movl	4(%esp), %eax
	movl	8(%esp), %esi
	movl	12(%esp), %ebx
	movl	16(%esp), %edi
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$CR4_PSE_PAE_PGE_FXSR, %eax
	movl	%eax, %cr4
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_LONG_NX, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PAGING | CR0_WRITE_PROTECT, %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $1f

	.code64
1:	movl	$16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	%ebx, %eax		/* the entry's upper half, and its lower */
	shlq	$32, %rax
	orq	%rsi, %rax
	jmp	*%rax
	.size	enter, . - enter

	.section .rodata, "a", @progbits
	.balign	8
gdt:	.quad	0
	.quad	0x00209a0000000000	/* code, 64-bit */
	.quad	0x0000920000000000	/* data */
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.section .bss, "aw", @nobits
	.balign	16
	.skip	4096
stack_end:

	.section .note.GNU-stack, "", @progbits
