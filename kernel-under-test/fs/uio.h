/* Where the bytes of a read or a write go or come from: user memory, or the kernel's own. */
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
	/* Who moved bytes without the kernel lock has slept, with a reference: fs/file.h. */
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

/* What is left of a vector: where each range is, and how long. */
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
 * Each moves exactly n <= left bytes, or returns -EFAULT, or -EPAGING (lib/errno.h): none sleeps.
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

/* The same with a spinlock, for user memory: -EFAULT also when a page must be brought in. */
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

/* Of the n <= PAGE_SIZE bytes a move failed on: those before the next page of the user's, or 0. */
static inline size_t uio_before_fault(const struct uio *u, size_t n)
{
	size_t first = PAGE_SIZE - (u->base & (PAGE_SIZE - 1));

	return u->user && first < n ? first : 0;
}

/*
 * Of the first of the entries `n` bytes were moved, or -errno, and `u` is what is left of it. True
 * if the next one is not to be begun: what of this one is not done stays, or nothing at all.
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
