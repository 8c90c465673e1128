/* Copies argv and envp for execve(). */
#include "proc/exec/args.h"

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

/* Limit on strings and pointers together. */
static size_t args_limit(void)
{
	uint64_t quarter = process_limit(RLIMIT_STACK) / 4;

	return MAX(MIN(quarter, ARGS_MAX), ARG_STRING_MAX);
}

/* The slot of the page of byte `at`; NULL: no memory. */
static struct page **page_slot(struct args *a, size_t at)
{
	size_t i = at >> PAGE_SHIFT;

	if (likely(i < ARGS_INLINE_PAGES))
		return &a->pages[i];
	if (!a->more_pages)
		a->more_pages = kmem_zalloc((a->limit >> PAGE_SHIFT) * sizeof(*a->more_pages));
	return a->more_pages ? &a->more_pages[i - ARGS_INLINE_PAGES] : NULL;
}

static int reserve(struct args *a, char **to, size_t *room)
{
	size_t at = a->used & (PAGE_SIZE - 1);
	struct page **page;

	if (a->used + (a->argc + a->envc) * sizeof(uint64_t) >= a->limit)
		return -E2BIG;
	page = page_slot(a, a->used);
	if (page && !*page)
		*page = page_alloc();
	if (!page || !*page)
		return -ENOMEM;
	*to = (char *)page_to_virt(*page) + at;
	*room = PAGE_SIZE - at;
	return 0;
}

static int add_user_string(struct args *a, uint64_t from)
{
	size_t start = a->used;

	for (;;) {
		size_t room;
		char *to;
		long n;
		int err = reserve(a, &to, &room);

		if (err)
			return err;
		n = copy_string_from_user(to, from, room);
		if (n >= 0) {
			a->used += (size_t)n + 1;
			return a->used - start <= ARG_STRING_MAX ? 0 : -E2BIG;
		}
		if (n != -ENAMETOOLONG)
			return (int)n;
		a->used += room;
		from += room;
		if (a->used - start >= ARG_STRING_MAX)
			return -E2BIG;
	}
}

/* Each string costs a pointer as well, so an endless array of empty ones hits the limit. */
static int add_user_strings(struct args *a, uint64_t array, size_t *count)
{
	uint64_t string;

	for (*count = 0; array; array += sizeof(string), (*count)++) {
		int err = copy_from_user(&string, array, sizeof(string));

		if (err || !string)
			return err;
		err = add_user_string(a, string);
		if (err)
			return err;
	}
	return 0;
}

static int add_bytes(struct args *a, const char *from, size_t n)
{
	while (n) {
		size_t room;
		char *to;
		int err = reserve(a, &to, &room);

		if (err)
			return err;
		room = MIN(room, n);
		memcpy(to, from, room);
		a->used += room;
		from += room;
		n -= room;
	}
	return 0;
}

static int add_kernel_strings(struct args *a, const char *const array[], size_t *count)
{
	int err = 0;

	for (*count = 0; array[*count] && !err; (*count)++)
		err = add_bytes(a, array[*count], strlen(array[*count]) + 1);
	return err;
}

int args_from_user(struct args *a, uint64_t argv, uint64_t envp)
{
	int err;

	*a = (struct args){.limit = args_limit()};
	err = add_user_strings(a, argv, &a->argc);
	/* As on Linux since 5.18: programs take argv[0] for granted. */
	if (!err && !a->argc) {
		err = add_bytes(a, "", 1);
		a->argc = 1;
	}
	if (!err)
		err = add_user_strings(a, envp, &a->envc);
	if (err)
		args_free(a);
	return err;
}

int args_from_kernel(struct args *a, const char *const argv[], const char *const envp[])
{
	int err;

	*a = (struct args){.limit = ARG_STRING_MAX};
	err = add_kernel_strings(a, argv, &a->argc) ?: add_kernel_strings(a, envp, &a->envc);
	if (err)
		args_free(a);
	return err;
}

static const char *byte_at(const struct args *a, size_t at)
{
	return (const char *)page_to_virt(args_page(a, at)) + (at & (PAGE_SIZE - 1));
}

size_t args_argv_bytes(const struct args *a)
{
	size_t at = 0;

	for (size_t i = 0; i < a->argc; i++)
		while (*byte_at(a, at++))
			;
	return at;
}

int args_replace_argv0(struct args *a, const char *const first[])
{
	struct args new = {.envc = a->envc, .limit = a->limit};
	size_t at = 0;
	int err = add_kernel_strings(&new, first, &new.argc);

	if (a->argc) {
		new.argc += a->argc - 1;
		while (*byte_at(a, at++))
			;
	}
	while (at < a->used && !err) {
		size_t part = MIN(a->used - at, PAGE_SIZE - (at & (PAGE_SIZE - 1)));

		err = add_bytes(&new, byte_at(a, at), part);
		at += part;
	}
	if (err) {
		args_free(&new);
		return err;
	}
	args_free(a);
	*a = new;
	return 0;
}

void args_free(struct args *a)
{
	for (size_t i = 0; i < ARGS_INLINE_PAGES && a->pages[i]; i++)
		page_put(a->pages[i]);
	for (size_t i = 0; a->more_pages && i < a->limit >> PAGE_SHIFT && a->more_pages[i]; i++)
		page_put(a->more_pages[i]);
	kmem_free(a->more_pages);
}
