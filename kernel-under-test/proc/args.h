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
/*
 * What a script's interpreter gets: `first` (NULL-ended) instead of argv[0], then the rest. On
 * success `a` holds that; on -errno it is as it was.
 */
int args_replace_first(struct args *a, const char *const first[]);
/* How many bytes argv's strings take. */
size_t args_first_bytes(const struct args *a);

void args_free(struct args *a);
