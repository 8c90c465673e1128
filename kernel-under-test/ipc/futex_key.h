/* The identity of a futex. */
#pragma once

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "sched/thread.h"

/* The space and the address of a private futex, or the object and the offset of a shared one. */
struct futex_key {
	const void *owner;
	uint64_t at;
};

static inline bool futex_key_equal(struct futex_key a, struct futex_key b)
{
	return a.owner == b.owner && a.at == b.at;
}

/*
 * Computes the key of the word at `addr`; takes the space's lock if shared. Returns 0, -EINVAL or
 * -EFAULT.
 */
static inline int futex_key_of(uint64_t addr, bool shared, struct futex_key *k)
{
	struct space *s = thread_current()->space;
	struct area a;

	if (!IS_ALIGNED(addr, 4))
		return -EINVAL;
	if (!user_range_ok(addr, 4))
		return -EFAULT;
	*k = (struct futex_key){s, addr};
	if (!shared)
		return 0;
	if (!space_next_area(s, addr, &a) || addr < a.start)
		return -EFAULT;
	if (a.object && (a.flags & AREA_SHARED))
		*k = (struct futex_key){a.object, a.offset + (addr - a.start)};
	return 0;
}
