/*
 * Access to user memory: the only functions that follow a pointer a user gave. Each checks that
 * the range is below USER_TOP and survives a fault; missing pages are brought in on the way.
 */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

static inline bool user_range_ok(uint64_t addr, uint64_t len)
{
	return addr <= USER_TOP && len <= USER_TOP - addr;
}

/* These may sleep. 0 or -EFAULT. On -EFAULT part of the bytes may have been copied. */
int copy_from_user(void *to, uint64_t from, size_t n);
int copy_to_user(uint64_t to, const void *from, size_t n);
/* Of each of `n` rows of eight bytes, the first two alone. */
int put_user_quarters(uint64_t to, const void *from, size_t n);
int clear_user(uint64_t to, size_t n);
/*
 * Puts `new` at `at`, aligned, if *word stands there still; *word is what stood there. Other
 * threads see one or the other.
 */
int exchange_user(uint64_t at, uint32_t *word, uint32_t new);

/*
 * Of a structure that is longer than this kernel knows, the part that it does not: a newer program
 * may ask for nothing there. 0, -E2BIG, -EFAULT.
 */
int user_rest_is_zero(uint64_t at, uint64_t size);

/* These never sleep: -EPAGING when they would have to. 0 or -EFAULT. */
int copy_from_user_now(void *to, uint64_t from, size_t n);
int copy_to_user_now(uint64_t to, const void *from, size_t n);
int clear_user_now(uint64_t to, size_t n);

/* These bring in no page at all, as with a spinlock held: -EFAULT also when one is missing. */
int copy_from_user_nofault(void *to, uint64_t from, size_t n);
int load_user_nofault(uint64_t from, uint32_t *to);
int copy_to_user_nofault(uint64_t to, const void *from, size_t n);
int clear_user_nofault(uint64_t to, size_t n);
int exchange_user_nofault(uint64_t at, uint32_t *word, uint32_t new);

/*
 * Copies a string with its ending zero. Length without the zero, -EFAULT, or -ENAMETOOLONG when
 * no zero is found in `size` bytes.
 */
long copy_string_from_user(char *to, uint64_t from, size_t size);
