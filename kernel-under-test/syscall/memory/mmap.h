/* What system calls on memory share. */
#pragma once

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "mm/space.h"

#define MAP_LOCKED   0x2000
#define MAP_NONBLOCK 0x10000

/* `expression` with the space's lock; with the kernel lock as well if it turns out to need that. */
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

/* Whole pages of [addr, addr + len), which must be in the user's part. 0 or -EINVAL. */
static inline int page_range(uint64_t addr, uint64_t *len)
{
	if (!IS_ALIGNED(addr, PAGE_SIZE) || !*len || *len > USER_TOP)
		return -EINVAL;
	*len = ALIGN_UP(*len, PAGE_SIZE);
	return user_range_ok(addr, *len) ? 0 : -EINVAL;
}
