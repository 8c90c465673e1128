/* The shared object that is mapped into every program, as it was linked. */
	.section .rodata
	.globl	vdso_image, vdso_image_end
	.balign	16
vdso_image:
	.incbin	VDSO
vdso_image_end:
	.section .note.GNU-stack, "", @progbits
