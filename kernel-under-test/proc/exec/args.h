/* argv and envp on their way from the old address space to the new one. */
#pragma once

#include "lib/types.h"
#include "mm/page.h"
#include "proc/process.h"

/*
 * Longest single string, with its NUL; also a total that is always allowed. (Linux:
 * MAX_ARG_STRLEN.)
 */
#define ARG_STRING_MAX (32 * PAGE_SIZE)
/* Upper bound of the total, pointers included, whatever the stack limit. */
#define ARGS_MAX (6ul << 20)
/* Pages kept in struct args itself: enough for nearly every call. */
#define ARGS_INLINE_PAGES 8

struct args {
	/* All strings, each with its NUL: argv's, then envp's. */
	struct page *pages[ARGS_INLINE_PAGES];
	struct page **more_pages; /* the pages after those; NULL: none */
	size_t used, limit;
	size_t argc, envc;
	/*
	 * The program's path will not resolve once it runs (a close-on-exec descriptor): no
	 * interpreter could open it.
	 */
	bool hidden;
};

/* The page of byte `at`. */
static inline struct page *args_page(const struct args *a, size_t at)
{
	size_t i = at >> PAGE_SHIFT;

	return i < ARGS_INLINE_PAGES ? a->pages[i] : a->more_pages[i - ARGS_INLINE_PAGES];
}

/*
 * Copies two NULL-terminated arrays from user memory; a null array is empty. -EFAULT, -ENOMEM,
 * -E2BIG: more than a quarter of the caller's stack limit, or a string that is too long.
 */
int args_from_user(struct args *a, uint64_t argv, uint64_t envp);
int args_from_kernel(struct args *a, const char *const argv[], const char *const envp[]);
/*
 * Replaces argv[0] by the NULL-terminated list `first`, for a script's interpreter. On an error `a`
 * is unchanged.
 */
int args_replace_argv0(struct args *a, const char *const first[]);
/* Bytes that argv's strings take. */
size_t args_argv_bytes(const struct args *a);

void args_free(struct args *a);
