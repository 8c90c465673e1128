#pragma once

#include <stddef.h>
#include <stdint.h>

#include "handover.h"

/* The start of a 64-bit ELF file, as the System V ABI has it. */
struct elf64 {
	unsigned char magic[4], class, data, version, os[9];
	uint16_t type, machine;
	uint32_t elf_version;
	uint64_t entry;
};

/* What is wrong with it as a kernel to be mapped as it lies, or NULL. */
static inline const char *elf64_wrong(const struct elf64 *elf, uint32_t size)
{
	if (size < sizeof(*elf) || elf->magic[0] != 0x7f || elf->magic[1] != 'E' ||
	    elf->magic[2] != 'L' || elf->magic[3] != 'F')
		return "the first module is no ELF file";
	if (elf->class != 2 || elf->machine != 62)
		return "the first module is no ELF file for x86-64";
	if (elf->entry < REDOX_KERNEL || elf->entry - REDOX_KERNEL >= size)
		return "the kernel's entry is not in its file as it is mapped";
	return NULL;
}
