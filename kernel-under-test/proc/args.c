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

static int add_kernel_strings(struct args *a, const char *const array[], size_t *count)
{
	for (*count = 0; array[*count]; (*count)++) {
		for (const char *s = array[*count];; s++) {
			size_t room;
			char *to;
			int err = room_at(a, &to, &room);

			if (err)
				return err;
			*to = *s;
			a->used++;
			if (!*s)
				break;
		}
	}
	return 0;
}

int args_from_user(struct args *a, uint64_t argv, uint64_t envp)
{
	int err;

	memset(a, 0, sizeof(*a));
	err = add_user_strings(a, argv, &a->argc);
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

void args_free(struct args *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(a->pages) && a->pages[i]; i++)
		page_put(a->pages[i]);
}
