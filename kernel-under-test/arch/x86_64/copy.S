/* User memory access routines, and where a fault in one continues. */
#include "smap.h"

	.text

/*
 * FIXUP: a fault at `at` continues at `to` with the registers as they were, so rcx still holds the
 * count of what is left. The caller has checked the address range.
 */
.macro	FIXUP at, to
	.pushsection .fixups, "a"
	.quad	\at
	.quad	\to
	.popsection
.endm

/*
 * Each routine exists in three variants: one that may sleep to page in; `_nowait`, which returns
 * -EPAGING instead of sleeping (the fault handler puts that into rax); and `_nofault`, which
 * returns -EFAULT whenever a page is missing. Return 0, or a negative errno:
 *
 * int x86_copy_user(void *to, const void *from, size_t n)
 *
 * int x86_clear_user(void *to, size_t n)
 *
 * int x86_load_user_byte(const void *from): the byte
 *
 * int x86_store_user_byte(void *to, int byte)
 *
 * int x86_load_user_word(const uint32_t *from, uint32_t *to)
 *
 * int x86_cmpxchg_user(uint32_t *at, uint32_t *word, uint32_t new)
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

	.globl	x86_cmpxchg_user\kind
x86_cmpxchg_user\kind:
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
	USER_COPIES _nowait
	USER_COPIES _nofault

/*
 * long x86_copy_user_string(char *to, const char *from, size_t size)
 * Returns the length without the NUL, -EFAULT, or -ENAMETOOLONG if there is no NUL in `size` bytes.
 * Copies by words; a word may extend past the string's end into a missing page, so after a fault
 * it continues by bytes.
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
 * int x86_store_user_u16_stride8(void *to_end, const void *from_end, int64_t minus_n)
 * Copies the first two of every eight bytes, n > 0 times. Returns 0 or -EFAULT.
 */
	.globl	x86_store_user_u16_stride8
x86_store_user_u16_stride8:
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

	.globl	copy_fault_nowait
copy_fault_nowait:
	SMAP_SITE 0
	ret

	.section .note.GNU-stack, "", @progbits
