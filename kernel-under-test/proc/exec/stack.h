/* The first stack of a program: what it finds in memory when it begins. */
#pragma once

#include "fs/credentials.h"
#include "lib/types.h"
#include "mm/space.h"
#include "proc/exec/args.h"
#include "proc/exec/elf.h"

/* Where its parts are: the lower end, 16 bytes aligned, argv's strings, the auxiliary vector. */
struct initial_stack {
	uint64_t sp, strings, aux, aux_size;
};

/*
 * Makes it in a new space, from high to low: path, random bytes, strings, auxiliary vector, envp,
 * argv, argc. 0, -ENOMEM.
 */
int stack_build(struct space *s, const char *path, const struct args *a,
		const struct elf_image *image, const struct credentials *cred,
		struct initial_stack *out);
