/* ELF executables. */
#pragma once

#include "fs/inode.h"
#include "lib/types.h"
#include "mm/space.h"

struct elf_image {
	uint64_t entry;
	/* Where the program headers are in memory, for the auxiliary vector; 0: nowhere. */
	uint64_t headers;
	uint16_t header_count;
	/* The end of the highest segment: the heap starts after it. */
	uint64_t end;
};

/*
 * Maps a static ELF64 x86-64 executable (or static PIE) into an empty space. -ENOEXEC when it is
 * none or asks for an impossible layout, -EACCES, -ENOMEM.
 */
int elf_load(struct space *space, struct inode *file, struct elf_image *out);

#define ELF_HEADER_SIZE 56
