/*
 * Secondary CPU startup, from real mode to x86_ap_main(): first on the boot CPU's initial page
 * tables, which map this code at its physical and at its virtual address, then on the kernel's.
 */
#include "asm/layout.h"

#define PHYS(sym) ((sym) - KERNEL_BASE)

	/* Copied to a page below 1 MiB; position independent: CS is the page, IP is 0. */
	.section .rodata
	.code16
	.globl	ap_trampoline, ap_trampoline_end
	.balign	8
ap_trampoline:
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$PHYS(boot_pml4), %eax
	movl	%eax, %cr3

	/* Long mode and SYSCALL always, NX if the CPU has it. */
	movl	$0x80000001, %eax
	cpuid
	movl	$0x101, %esi
	btl	$20, %edx
	jnc	1f
	orl	$0x800, %esi
1:	movl	$0xc0000080, %ecx
	rdmsr
	orl	%esi, %eax
	wrmsr

	/* Enable caches and switch from real mode to long mode in one step. */
	lgdtl	ap_gdt_pointer - ap_trampoline
	movl	%cr0, %eax
	andl	$0x9fffffff, %eax
	orl	$0x80010001, %eax	/* paging, write protection, protected mode */
	movl	%eax, %cr0
	ljmpl	$KERNEL_CS, $PHYS(ap_long)
	.balign	4
ap_gdt_pointer:
	.word	5 * 8 - 1
	.long	PHYS(boot_gdt)
ap_trampoline_end:

	.section .boot.text, "ax", @progbits
	.code64
ap_long:
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movabsq	$ap_high, %rax
	jmpq	*%rax

	.text
ap_high:
	movq	x86_ap_root(%rip), %rax
	movq	%rax, %cr3
	movq	x86_ap_stack(%rip), %rsp
	movq	x86_ap_cpu(%rip), %rdi
	xorl	%ebp, %ebp
	call	x86_ap_main

	.section .note.GNU-stack, "", @progbits
