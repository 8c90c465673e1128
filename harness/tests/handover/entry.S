/* The ways in and out of kernel.c. */
	.text
	.globl	kernel_start
kernel_start:
	leaq	stack_end(%rip), %rsp
	call	kernel_main
	ud2

#define EFER 0xc0000080
#define STAR 0xc0000081
#define LSTAR 0xc0000082
#define FMASK 0xc0000084

/* kernel_leave(tables, entry): to user mode with no stack, as a first program is started. */
	.globl	kernel_leave
kernel_leave:
	movq	%rsi, %r12
	movq	%rdi, %cr3
	lgdt	gdt_pointer(%rip)
	movl	$EFER, %ecx
	rdmsr
	orl	$1, %eax
	wrmsr
	movl	$STAR, %ecx
	xorl	%eax, %eax
	movl	$0x00100008, %edx	/* user mode's segments follow 0x10 */
	wrmsr
	movl	$LSTAR, %ecx
	leaq	kernel_entry(%rip), %rax
	movq	%rax, %rdx
	shrq	$32, %rdx
	wrmsr
	movl	$FMASK, %ecx
	movl	$0x700, %eax
	xorl	%edx, %edx
	wrmsr
	movq	%r12, %rcx
	movl	$2, %r11d
	xorl	%esp, %esp
	sysretq

	.globl	kernel_entry
kernel_entry:
	movq	%rsp, user_stack(%rip)
	leaq	stack_end(%rip), %rsp
	pushq	%rcx
	pushq	%r11
	pushq	%rax
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%r10
	pushq	%r8
	pushq	%r9
	movq	%rsp, %rdi
	subq	$8, %rsp
	call	kernel_call
	addq	$8, %rsp
	popq	%r9
	popq	%r8
	popq	%r10
	popq	%rdx
	popq	%rsi
	popq	%rdi
	leaq	8(%rsp), %rsp
	popq	%r11
	popq	%rcx
	movq	user_stack(%rip), %rsp
	sysretq

	.data
	.balign	8
gdt:	.quad	0, 0x00209a0000000000, 0x0000920000000000
	.quad	0x0000f20000000000, 0x0020fa0000000000
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
user_stack:
	.quad	0

	.bss
	.balign	16
	.skip	8192
stack_end:

	.section .note.GNU-stack, "", @progbits
