/* The initial stack of a program. */
#pragma once

#include "fs/credentials.h"
#include "lib/types.h"
#include "mm/space.h"
#include "proc/exec/args.h"
#include "proc/exec/elf.h"

/* Addresses: the stack pointer, argv's strings, the auxiliary vector. */
struct initial_stack {
	uint64_t sp, strings, aux, aux_size;
};

/*
 * Maps and fills it, from high to low: path, random bytes, strings, auxiliary vector, envp, argv,
 * argc. 0 or -ENOMEM.
 */
int stack_build(struct space *s, const char *path, const struct args *a,
		const struct elf_image *image, const struct credentials *cred,
		struct initial_stack *out);
