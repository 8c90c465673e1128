/* The memory side of a read or write: a range of user or kernel memory. (BSD: struct uio.) */
#pragma once

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "lib/types.h"

struct file;

struct uio {
	uint64_t base;
	size_t left;
	bool user;
	/*
	 * A reference on the file, taken when a transfer without the kernel lock slept (fs/file.h).
	 */
	struct file *held;
};

static inline struct uio uio_user(uint64_t base, size_t len)
{
	return (struct uio){base, len, true, NULL};
}

static inline struct uio uio_kernel(void *base, size_t len)
{
	return (struct uio){(uint64_t)base, len, false, NULL};
}

/* What remains of an iovec: base and length of each entry. */
struct uio_vec {
	uint64_t (*entry)[2];
	size_t count;
};

static inline void uio_advance(struct uio *u, size_t n)
{
	u->base += n;
	u->left -= n;
}

/*
 * Each moves exactly n <= left bytes, or returns -EFAULT, or -EPAGING (lib/errno.h). None sleeps.
 */
static inline int uio_copy_to(struct uio *u, const void *from, size_t n)
{
	int err = 0;

	if (u->user)
		err = copy_to_user_nowait(u->base, from, n);
	else
		memcpy((void *)u->base, from, n);
	if (!err)
		uio_advance(u, n);
	return err;
}

static inline int uio_copy_from(struct uio *u, void *to, size_t n)
{
	int err = 0;

	if (u->user)
		err = copy_from_user_nowait(to, u->base, n);
	else
		memcpy(to, (const void *)u->base, n);
	if (!err)
		uio_advance(u, n);
	return err;
}

static inline int uio_zero(struct uio *u, size_t n)
{
	int err = 0;

	if (u->user)
		err = clear_user_nowait(u->base, n);
	else
		memset((void *)u->base, 0, n);
	if (!err)
		uio_advance(u, n);
	return err;
}

/* The same under a spinlock, for user memory: -EFAULT also when the page is not present. */
static inline int uio_copy_to_nofault(struct uio *u, const void *from, size_t n)
{
	int err = 0;

	if (likely(u->user))
		err = copy_to_user_nofault(u->base, from, n);
	else
		memcpy((void *)u->base, from, n);
	if (!err)
		uio_advance(u, n);
	return err;
}

static inline int uio_copy_from_nofault(struct uio *u, void *to, size_t n)
{
	int err = 0;

	if (likely(u->user))
		err = copy_from_user_nofault(to, u->base, n);
	else
		memcpy(to, (const void *)u->base, n);
	if (!err)
		uio_advance(u, n);
	return err;
}

static inline int uio_zero_nofault(struct uio *u, size_t n)
{
	int err = u->user ? clear_user_nofault(u->base, n) : -EFAULT;

	if (!err)
		uio_advance(u, n);
	return err;
}

/*
 * After a move of n <= PAGE_SIZE bytes faulted: how many of them lie before the next user page
 * boundary, or 0.
 */
static inline size_t uio_before_fault(const struct uio *u, size_t n)
{
	size_t first = PAGE_SIZE - (u->base & (PAGE_SIZE - 1));

	return u->user && first < n ? first : 0;
}

/*
 * After a transfer of the first entry returned `n`, with `u` the rest of it. False: the entry is
 * complete, go on with the next. True: stop; `v` is left with the rest of this one, or empty.
 */
static inline bool uio_vec_is_short(struct uio_vec *v, const struct uio *u, long n)
{
	if (likely(n == (long)(*v->entry)[1]))
		return false;
	if (u->left) {
		(*v->entry)[0] = u->base;
		(*v->entry)[1] = u->left;
	} else {
		v->count = 0;
	}
	return true;
}
