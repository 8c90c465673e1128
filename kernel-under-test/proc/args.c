#include "proc/args.h"

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/string.h"

static int room_at(struct args *a, char **to, size_t *room)
{
	size_t page = a->used >> PAGE_SHIFT, at = a->used & (PAGE_SIZE - 1);

	if (a->used >= ARGS_MAX)
		return -E2BIG;
	if (!a->pages[page]) {
		a->pages[page] = page_alloc();
		if (!a->pages[page])
			return -ENOMEM;
	}
	*to = (char *)page_to_virt(a->pages[page]) + at;
	*room = PAGE_SIZE - at;
	return 0;
}

static int add_user_string(struct args *a, uint64_t from)
{
	for (;;) {
		size_t room;
		char *to;
		long n;
		int err = room_at(a, &to, &room);

		if (err)
			return err;
		n = copy_string_from_user(to, from, room);
		if (n >= 0) {
			a->used += (size_t)n + 1;
			return 0;
		}
		if (n != -ENAMETOOLONG)
			return (int)n;
		a->used += room;
		from += room;
	}
}

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
		/* Each string costs a pointer too, so that empty ones come to an end. */
		if ((*count + 1) * sizeof(string) > ARGS_MAX)
			return -E2BIG;
	}
	return 0;
}

static int add_bytes(struct args *a, const char *from, size_t n)
{
	while (n) {
		size_t room;
		char *to;
		int err = room_at(a, &to, &room);

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

	memset(a, 0, sizeof(*a));
	err = add_user_strings(a, argv, &a->argc);
	/* As on Linux, so that programs which take argv[0] for granted may. */
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

	memset(a, 0, sizeof(*a));
	err = add_kernel_strings(a, argv, &a->argc);
	if (!err)
		err = add_kernel_strings(a, envp, &a->envc);
	if (err)
		args_free(a);
	return err;
}

static const char *byte_at(const struct args *a, size_t at)
{
	return (const char *)page_to_virt(a->pages[at >> PAGE_SHIFT]) + (at & (PAGE_SIZE - 1));
}

size_t args_first_bytes(const struct args *a)
{
	size_t at = 0;

	for (size_t i = 0; i < a->argc; i++)
		while (*byte_at(a, at++))
			;
	return at;
}

int args_replace_first(struct args *a, const char *const first[])
{
	struct args new = {.envc = a->envc};
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
	for (size_t i = 0; i < ARRAY_SIZE(a->pages) && a->pages[i]; i++)
		page_put(a->pages[i]);
}
