/* ELF executables. */
#pragma once

#include "fs/path.h"
#include "lib/types.h"
#include "mm/space.h"

#define ELF_MAGIC    0x464c457fu
#define ELF_CLASS_64 2
#define ELF_LITTLE   1
#define ELF_EXEC     2
#define ELF_DYN	     3
#define ELF_CORE     4
#define ELF_X86_64   62

struct elf_header {
	uint32_t magic;
	uint8_t class, data, version, abi;
	uint64_t padding;
	uint16_t type, machine;
	uint32_t version2;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum;
	uint16_t shentsize, shnum, shstrndx;
};

#define PT_LOAD	  1
#define PT_INTERP 3
#define PT_NOTE	  4

#define PF_X 1
#define PF_W 2
#define PF_R 4

/* A program header. */
struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF64");
_Static_assert(sizeof(struct elf_segment) == 56, "ELF64");

struct elf_image {
	/* The program's entry point, and where execution starts: there, or in its interpreter. */
	uint64_t entry, start;
	/* Load address of the interpreter; 0: none. */
	uint64_t base;
	/* Address of the program headers, for the auxiliary vector; 0: not mapped. */
	uint64_t headers;
	uint16_t header_count;
	/* End of the highest segment: the heap starts after it. */
	uint64_t end;
};

/*
 * Maps an x86-64 ELF executable and its interpreter (found from `where`) into an empty address
 * space. -ENOEXEC: not such a file, or an impossible layout; -ELIBBAD: a bad interpreter; -EACCES,
 * -ENOENT, -ENOMEM.
 */
int elf_load(struct space *space, const struct path_base *where, struct inode *file,
	     struct elf_image *out);
