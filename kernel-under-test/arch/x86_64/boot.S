/*
 * From the PVH entry point (32-bit, paging off, ebx = start info) to kernel_main() in the upper
 * half. Uses no BIOS service and no boot loader.
 */
#include "asm/layout.h"

#define PHYS(sym) ((sym) - KERNEL_BASE)

	.section .note.Xen, "a", @note
	.balign 4
	.long	4			/* name size */
	.long	8			/* value size */
	.long	18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	PHYS(pvh_start)

	.section .boot.text, "ax", @progbits
	.code32
	.globl	pvh_start
pvh_start:
	cld
	movl	$PHYS(boot_stack_top), %esp
	movl	%ebx, %ebp

	/*
	 * One page directory of 2 MiB pages over the first GiB serves the identity map, the direct
	 * map and the image.
	 */
	movl	$PHYS(boot_pd), %edi
	movl	$0x83, %eax
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$(PHYS(boot_pd) + 3), %eax
	movl	%eax, PHYS(boot_pdpt_low)
	movl	%eax, PHYS(boot_pdpt_high) + 510 * 8
	movl	$(PHYS(boot_pdpt_low) + 3), %eax
	movl	%eax, PHYS(boot_pml4)
	movl	%eax, PHYS(boot_pml4) + ((DIRECT_MAP >> 39) & 511) * 8
	movl	$(PHYS(boot_pdpt_high) + 3), PHYS(boot_pml4) + 511 * 8

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
	jnc	2f
	orl	$0x800, %esi
2:	movl	$0xc0000080, %ecx
	rdmsr
	orl	%esi, %eax
	wrmsr

	movl	%cr0, %eax
	orl	$0x80010001, %eax	/* paging, write protection, protected mode */
	movl	%eax, %cr0
	lgdt	PHYS(boot_gdt_pointer)
	ljmp	$KERNEL_CS, $PHYS(boot_long)

	.code64
boot_long:
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movabsq	$boot_high, %rax
	jmpq	*%rax

	.text
boot_high:
	movq	$boot_stack_top, %rsp
	movl	%ebp, %edi
	xorl	%ebp, %ebp
	call	kernel_main

	.section .boot.data, "aw", @progbits
	.balign	8
	.globl	boot_gdt
boot_gdt:
	.quad	0, 0
	.quad	0x00af9b000000ffff	/* KERNEL_CS */
	.quad	0x00cf93000000ffff	/* KERNEL_DS */
boot_gdt_pointer:
	.word	. - boot_gdt - 1
	.long	PHYS(boot_gdt)

	.bss
	.balign	4096
	.globl	boot_pml4
boot_pml4:
	.skip	4096
boot_pdpt_low:
	.skip	4096
boot_pdpt_high:
	.skip	4096
boot_pd:
	.skip	4096
	.globl	boot_stack, boot_stack_top
boot_stack:
	.skip	16384
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
