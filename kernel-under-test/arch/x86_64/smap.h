/* Assembly only: marks where the kernel opens and closes access to user memory. */
#pragma once

/* clang-format off */

/* Three-byte NOPs, patched at boot to STAC (1) or CLAC (0) if the CPU has SMAP. */
.macro	SMAP_SITE which
9990:	.byte	0x0f, 0x1f, 0x00
	.pushsection .smap_sites, "a"
	.quad	9990b
	.quad	\which
	.popsection
.endm
