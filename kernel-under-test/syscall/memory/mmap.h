/* Shared by system calls on memory. */
#pragma once

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "mm/space.h"

#define MAP_LOCKED   0x2000
#define MAP_NONBLOCK 0x10000

/*
 * Evaluates `expression` with the space's lock, and again with the kernel lock too if that is
 * needed.
 */
#define WITH_SPACE(s, expression)                                                                  \
	({                                                                                         \
		long result_;                                                                      \
                                                                                                   \
		space_lock(s);                                                                     \
		result_ = (expression);                                                            \
		space_unlock(s);                                                                   \
		if (unlikely(result_ == -EUNLOCKED || result_ == -ENOMEM)) {                       \
			KERNEL_SCOPE();                                                            \
			SPACE_SCOPE(s);                                                            \
			result_ = (expression);                                                    \
		}                                                                                  \
		result_;                                                                           \
	})

/* Rounds *len up to whole pages. -EINVAL: unaligned, empty, or beyond user memory. */
static inline int page_range(uint64_t addr, uint64_t *len)
{
	if (!IS_ALIGNED(addr, PAGE_SIZE) || !*len || *len > USER_TOP)
		return -EINVAL;
	*len = ALIGN_UP(*len, PAGE_SIZE);
	return user_range_ok(addr, *len) ? 0 : -EINVAL;
}
