/* The vDSO's ELF image, mapped into every program. */
	.section .rodata
	.globl	vdso_image, vdso_image_end
	.balign	16
vdso_image:
	.incbin	VDSO
vdso_image_end:
	.section .note.GNU-stack, "", @progbits
