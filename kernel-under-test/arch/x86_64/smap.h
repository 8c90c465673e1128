/* For assembly: where the kernel lets itself at user memory, and where it stops. */
#pragma once

/* clang-format off */

/* SMAP brackets: three-byte NOPs, rewritten at boot to STAC or CLAC where the CPU has SMAP. */
.macro	SMAP_SITE which
9990:	.byte	0x0f, 0x1f, 0x00
	.pushsection .smap_sites, "a"
	.quad	9990b
	.quad	\which
	.popsection
.endm
