/* What reads and writes user memory, and what becomes of a fault there. */
#include "smap.h"

	.text

/*
 * User copies. A fault inside goes to the fixup with the registers as they were, so rcx tells
 * how far it came. No check of the range here: uaccess.c does that.
 */
.macro	FIXUP at, to
	.pushsection .fixups, "a"
	.quad	\at
	.quad	\to
	.popsection
.endm

/*
 * Each of these comes in three kinds: one that sleeps when a page must come from a disk, one
 * (`_now`) that gives -EPAGING then: what the handler of the fault puts into rax, and one
 * (`_nofault`) that gives -EFAULT whenever a page is missing. 0, or -errno:
 *
 * int x86_copy_user(void *to, const void *from, size_t n)
 * int x86_clear_user(void *to, size_t n)
 * int x86_load_user_byte(const void *from): the byte
 * int x86_store_user_byte(void *to, int byte)
 * int x86_load_user_word(const uint32_t *from, uint32_t *to)
 * int x86_exchange_user(uint32_t *at, uint32_t *word, uint32_t new)
 */
.macro	USER_COPIES kind
	.globl	x86_copy_user\kind
x86_copy_user\kind:
	SMAP_SITE 1
	movq	%rdx, %rcx
	shrq	$3, %rcx
1:	rep movsq
	movl	%edx, %ecx
	andl	$7, %ecx
2:	rep movsb
	xorl	%eax, %eax
	SMAP_SITE 0
	ret
	FIXUP	1b, copy_fault\kind
	FIXUP	2b, copy_fault\kind

	.globl	x86_clear_user\kind
x86_clear_user\kind:
	SMAP_SITE 1
	movq	%rsi, %rcx
	xorl	%eax, %eax
	shrq	$3, %rcx
1:	rep stosq
	movl	%esi, %ecx
	andl	$7, %ecx
2:	rep stosb
	SMAP_SITE 0
	ret
	FIXUP	1b, copy_fault\kind
	FIXUP	2b, copy_fault\kind

	.globl	x86_load_user_byte\kind
x86_load_user_byte\kind:
	SMAP_SITE 1
1:	movzbl	(%rdi), %eax
	SMAP_SITE 0
	ret
	FIXUP	1b, copy_fault\kind

	.globl	x86_store_user_byte\kind
x86_store_user_byte\kind:
	SMAP_SITE 1
1:	movb	%sil, (%rdi)
	xorl	%eax, %eax
	SMAP_SITE 0
	ret
	FIXUP	1b, copy_fault\kind

	.globl	x86_load_user_word\kind
x86_load_user_word\kind:
	SMAP_SITE 1
1:	movl	(%rdi), %eax
	SMAP_SITE 0
	movl	%eax, (%rsi)
	xorl	%eax, %eax
	ret
	FIXUP	1b, copy_fault\kind

	.globl	x86_exchange_user\kind
x86_exchange_user\kind:
	movl	(%rsi), %eax
	SMAP_SITE 1
1:	lock cmpxchgl %edx, (%rdi)
	SMAP_SITE 0
	movl	%eax, (%rsi)
	xorl	%eax, %eax
	ret
	FIXUP	1b, copy_fault\kind
.endm

	USER_COPIES
	USER_COPIES _now
	USER_COPIES _nofault

/*
 * long x86_copy_user_string(char *to, const char *from, size_t size)
 * Length without the zero, -EFAULT, or -ENAMETOOLONG when no zero is in `size` bytes. Goes by
 * words while it can; a word that faults may cross into a missing page after the string's end,
 * so from there on it goes by bytes.
 */
	.globl	x86_copy_user_string
x86_copy_user_string:
	SMAP_SITE 1
	xorl	%eax, %eax
	movabsq	$0x0101010101010101, %r8
	movq	%r8, %r9
	shlq	$7, %r9
	subq	$8, %rdx
	jb	4f
1:	movq	(%rsi, %rax), %rcx
	movq	%rcx, (%rdi, %rax)
	movq	%rcx, %r10
	subq	%r8, %r10
	notq	%rcx
	andq	%r9, %r10
	andq	%rcx, %r10
	jnz	3f
	addq	$8, %rax
	cmpq	%rdx, %rax
	jbe	1b
	jmp	4f
3:	bsfq	%r10, %r10
	shrl	$3, %r10d
	addq	%r10, %rax
	SMAP_SITE 0
	ret
4:	addq	$8, %rdx
5:	cmpq	%rdx, %rax
	jae	7f
6:	movzbl	(%rsi, %rax), %ecx
	movb	%cl, (%rdi, %rax)
	testb	%cl, %cl
	jz	8f
	incq	%rax
	jmp	5b
7:	movq	$-36, %rax		/* -ENAMETOOLONG */
8:	SMAP_SITE 0
	ret
	FIXUP	1b, 4b
	FIXUP	6b, copy_fault

/*
 * int x86_store_user_quarters(void *to_end, const void *from_end, int64_t minus_n)
 * Two bytes of eight, n > 0 times. 0, or -EFAULT
 */
	.globl	x86_store_user_quarters
x86_store_user_quarters:
	SMAP_SITE 1
1:	movzwl	(%rsi, %rdx, 8), %eax
2:	movw	%ax, (%rdi, %rdx, 8)
	incq	%rdx
	jnz	1b
	xorl	%eax, %eax
	SMAP_SITE 0
	ret
	FIXUP	2b, copy_fault

copy_fault:
	movq	$-14, %rax		/* -EFAULT */
	.globl	copy_fault_nofault
copy_fault_nofault:
	movq	$-14, %rax		/* -EFAULT */
	SMAP_SITE 0
	ret

	.globl	copy_fault_now
copy_fault_now:
	SMAP_SITE 0
	ret

	.section .note.GNU-stack, "", @progbits
