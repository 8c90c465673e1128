/* Every kernel entry and exit. Interrupts stay off from entry to exit. */
#include "asm/layout.h"
#include "smap.h"

	.text

/* The general registers of struct regs; only the vector and the error code are above them. */
.macro	PUSH_REGS
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

.macro	POP_REGS
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$16, %rsp		/* vector and error code */
.endm

/*
 * Return to user mode with the result in rax. The C code has preserved rbx to r15; rbx alone was
 * used here.
 */
.macro	SYSCALL_EXIT
	movq	REGS_RBX(%rsp), %rbx
	movq	REGS_R10(%rsp), %r10
	movq	REGS_R9(%rsp), %r9
	movq	REGS_R8(%rsp), %r8
	movq	REGS_RDX(%rsp), %rdx
	movq	REGS_RSI(%rsp), %rsi
	movq	REGS_RDI(%rsp), %rdi
	movq	REGS_RIP(%rsp), %rcx
	movq	REGS_RFLAGS(%rsp), %r11
	movq	REGS_RSP(%rsp), %rsp
	swapgs
	sysretq
.endm

/*
 * SYSCALL entry. The CPU has changed only these:
 *   rcx     user rip            cs, ss  kernel's
 *   r11     user rflags         rflags  & ~RFLAGS_SYSCALL_MASK
 * Arguments: rax = number, rdi rsi rdx r10 r8 r9. All but rax, rcx, r11 are preserved for the user.
 * The stack pointer is still the user's and not to be trusted.
 */
	.globl	syscall_entry
	.balign	64
syscall_entry:
	swapgs
	movq	%rsp, %gs:CPU_SCRATCH
	movq	%gs:CPU_RSP0, %rsp
	pushq	$USER_SS
	pushq	%gs:CPU_SCRATCH
	pushq	%r11
	pushq	$USER_CS
	pushq	%rcx
	pushq	%rax
	pushq	$-1
	PUSH_REGS

	/*
	 * Mask the number as well: a mispredicted branch must not index past the table (Spectre
	 * v1).
	 */
	cmpl	REGS_SIZE(%rsp), %eax	/* arch_stack_end.calls */
	jae	syscall_unknown
	sbbq	%rbx, %rbx
	andl	%ebx, %eax		/* the number is 32 bits wide */
	movq	%r10, %rcx
	call	*syscall_entries(, %rax, 8)
syscall_done:
	movq	%gs:CPU_CURRENT, %rbx
	cmpl	$0, THREAD_WORK(%rbx)
	jne	syscall_work
	SYSCALL_EXIT

syscall_unknown:
	cmpl	$0, REGS_SIZE(%rsp)
	je	syscall_is_traced
	movq	$-38, %rax		/* -ENOSYS */
	jmp	syscall_done

/* The thread's system calls are traced: take the slow path both ways. */
syscall_is_traced:
	movq	%rsp, %rdi
	call	syscall_traced
syscall_work:
	movq	%rax, REGS_RAX(%rsp)
	movq	%rsp, %rdi
	call	x86_user_work
	jmp	return_to_user

/*
 * The entry of every system call that needs the kernel lock: acquires it, calls the function proper
 * and releases it, at no cost to the other calls.
 */
	.globl	syscall_locked
	.balign	64
syscall_locked:
	addq	$8, %rsp		/* returns to user mode itself */
	lock btsl $0, arch_kernel_lock(%rip)
	jc	syscall_contended
1:	incq	%gs:CPU_KERNEL_LOCK
	call	*syscall_table(, %rax, 8)
	movq	%gs:CPU_CURRENT, %rbx
	cmpl	$0, THREAD_WORK(%rbx)
	jne	syscall_work_locked
	incq	%gs:CPU_KERNEL_LOCK
	lock decl arch_kernel_lock(%rip)
	jnz	syscall_wake
2:	SYSCALL_EXIT

syscall_wake:
	pushq	%rax
	subq	$8, %rsp
	movq	$arch_kernel_lock, %rdi
	call	arch_serving_wake
	addq	$8, %rsp
	popq	%rax
	jmp	2b

syscall_contended:
	pushq	%rax
	subq	$8, %rsp
	movq	$arch_kernel_lock, %rdi
	call	arch_serving_wait
	addq	$8, %rsp
	popq	%rax
	movq	REGS_RDI(%rsp), %rdi
	movq	REGS_RSI(%rsp), %rsi
	movq	REGS_RDX(%rsp), %rdx
	movq	REGS_R10(%rsp), %rcx
	movq	REGS_R8(%rsp), %r8
	movq	REGS_R9(%rsp), %r9
	jmp	1b

syscall_work_locked:
	movq	%rax, REGS_RAX(%rsp)
	movq	%rsp, %rdi
	call	trap_user_work
	incq	%gs:CPU_KERNEL_LOCK
	lock decl arch_kernel_lock(%rip)
	jz	return_to_user
	movq	$arch_kernel_lock, %rdi
	call	arch_serving_wake
	jmp	return_to_user

/* A new thread's first return to user mode, with the registers set up before it was started. */
	.globl	thread_first_return
thread_first_return:
	call	trap_first_run
look_for_work:
	movq	%gs:CPU_CURRENT, %rbx
	cmpl	$0, THREAD_WORK(%rbx)
	je	return_to_user
	movq	%rsp, %rdi
	call	x86_user_work
	jmp	return_to_user

/* rsp = struct regs. */
return_to_user:
	POP_REGS
	swapgs
user_iret:
	iretq

/* Interrupts and exceptions. A stub pushes a zero where the CPU pushes no error code. */
.macro	VECTOR n
	.balign	16
.if \n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21 || \n == 29 || \n == 30
.else
	pushq	$0
.endif
	pushq	$\n
.if \n == 1
	jmp	trap_debug
.elseif \n == 2 || \n == 8 || \n == 18
	jmp	trap_paranoid
.else
	jmp	trap_common
.endif
.endm

	.globl	vector_stubs
	.balign	16
vector_stubs:
	.altmacro
.set	vec, 0
.rept	256
	VECTOR	%vec
.set	vec, vec + 1
.endr
	.noaltmacro

.macro	SAVE_REGS
	PUSH_REGS
	cld
	SMAP_SITE 0
.endm

trap_common:
	testb	$3, REGS_CS - REGS_VECTOR(%rsp)
	jz	trap_kernel
	swapgs
trap_user:
	SAVE_REGS
	movq	%rsp, %rdi
	call	trap_dispatch
	jmp	look_for_work

trap_kernel:
	SAVE_REGS
	movq	%rsp, %rdi
	call	trap_dispatch
return_to_kernel:
	POP_REGS
	iretq

/*
 * Debug exception. Not every machine honours SFMASK for the trap after a single-stepped SYSCALL:
 * such a trap arrives in the kernel with the user's stack pointer still loaded, hence the IST
 * stack, and is dismissed with TF cleared. From user mode it is handled like any exception, on the
 * thread's stack.
 */
trap_debug:
	testb	$3, REGS_CS - REGS_VECTOR(%rsp)
	jz	1f
	swapgs
	pushq	%rax
	movq	%rsp, %rax
	movq	%gs:CPU_RSP0, %rsp
	.irp	from, 56, 48, 40, 32, 24, 16, 8
	pushq	\from(%rax)
	.endr
	movq	(%rax), %rax
	jmp	trap_user
1:	andl	$~RFLAGS_TRAP, REGS_RFLAGS - REGS_VECTOR(%rsp)
	addq	$16, %rsp		/* vector and error code */
	iretq

/* NMI, double fault, machine check: on IST stacks. GS may be either base, so read the MSR. */
trap_paranoid:
	SAVE_REGS
	xorl	%ebx, %ebx
	movl	$0xc0000101, %ecx
	rdmsr
	testl	%edx, %edx
	js	1f
	swapgs
	incl	%ebx
1:	movq	%rsp, %rdi
	call	trap_dispatch
	testl	%ebx, %ebx
	jz	return_to_kernel
	swapgs
	jmp	return_to_kernel

/* void arch_spin_wait(const uint32_t *taken): preserves all registers but the flags. */
	.globl	arch_spin_wait
arch_spin_wait:
	pause
	cmpl	$0, (%rdi)
	jne	arch_spin_wait
	ret

	.section .note.GNU-stack, "", @progbits
