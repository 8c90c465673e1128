/* The strings an execve() carries from one space to another. */
#pragma once

#include "lib/types.h"
#include "mm/page.h"
#include "proc/process.h"

/*
 * The longest that one string may be, with its zero; and a length that all together may always
 * have.
 */
#define ARG_STRING_MAX (32 * PAGE_SIZE)
/* The longest that all may be together, pointers included, however large the stack may grow. */
#define ARGS_MAX (6ul << 20)
/* Nearly every call needs no more pages than these. */
#define ARGS_INLINE_PAGES 8

struct args {
	/* All strings one after the other, each with its zero: argv's, then envp's. */
	struct page *near[ARGS_INLINE_PAGES];
	struct page **far; /* the pages after those; NULL: none */
	size_t used, limit;
	size_t argc, envc;
	/* The program's path leads nowhere once it runs: no interpreter could read it. */
	bool hidden;
};

/* The page that holds byte `at`. */
static inline struct page *args_page(const struct args *a, size_t at)
{
	size_t i = at >> PAGE_SHIFT;

	return i < ARGS_INLINE_PAGES ? a->near[i] : a->far[i - ARGS_INLINE_PAGES];
}

/*
 * From two NULL-ended arrays of pointers in user memory; a null array is empty. -EFAULT, -ENOMEM,
 * -E2BIG: more than a quarter of the caller's stack limit, or one that is too long.
 */
int args_from_user(struct args *a, uint64_t argv, uint64_t envp);
int args_from_kernel(struct args *a, const char *const argv[], const char *const envp[]);
/*
 * Replaces argv[0] by `first` (NULL-ended), for a script's interpreter. On -errno `a` is unchanged.
 */
int args_replace_argv0(struct args *a, const char *const first[]);
/* How many bytes argv's strings take. */
size_t args_argv_bytes(const struct args *a);

void args_free(struct args *a);
