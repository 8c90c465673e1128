/* The strings an execve() carries from one space to another. */
#pragma once

#include "lib/types.h"
#include "mm/page.h"
#include "proc/process.h"

struct args {
	/* All strings one after the other, each with its zero: argv's, then envp's. */
	struct page *pages[ARGS_MAX / PAGE_SIZE];
	size_t used;
	size_t argc, envc;
};

/* From two NULL-ended arrays of pointers in user memory; a null array is empty. */
int args_from_user(struct args *a, uint64_t argv, uint64_t envp);
int args_from_kernel(struct args *a, const char *const argv[], const char *const envp[]);
void args_free(struct args *a);
