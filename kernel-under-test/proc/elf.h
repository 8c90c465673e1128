/* ELF executables. */
#pragma once

#include "fs/path.h"
#include "lib/types.h"
#include "mm/space.h"

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

#define ELF_HEADER_SIZE 56
