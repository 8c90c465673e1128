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
	/* Of the program, and where to begin: there, or in its interpreter. */
	uint64_t entry, start;
	/* Where the interpreter is; 0: none. */
	uint64_t base;
	/* Where the program headers are in memory, for the auxiliary vector; 0: nowhere. */
	uint64_t headers;
	uint16_t header_count;
	/* The end of the highest segment: the heap starts after it. */
	uint64_t end;
};

/*
 * Maps an ELF64 x86-64 executable into an empty space, and the interpreter it asks for, found from
 * `where`. -ENOEXEC when it is none or asks for an impossible layout, -EACCES, -ENOENT, -ENOMEM.
 */
int elf_load(struct space *space, const struct path_base *where, struct inode *file,
	     struct elf_image *out);
