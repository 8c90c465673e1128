/*
 * Access to user memory: the only functions that dereference a user pointer. Each checks that the
 * range is below USER_TOP and recovers from faults; missing pages are paged in on the way.
 */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

static inline bool user_range_ok(uint64_t addr, uint64_t len)
{
	return addr <= USER_TOP && len <= USER_TOP - addr;
}

/* These may sleep. Return 0 or -EFAULT; on -EFAULT some of the bytes may have been copied. */
int copy_from_user(void *to, uint64_t from, size_t n);
int copy_to_user(uint64_t to, const void *from, size_t n);
/* Copies the first two of every eight bytes, `n` times. */
int copy_to_user_u16_stride8(uint64_t to, const void *from, size_t n);
int clear_user(uint64_t to, size_t n);
/*
 * Atomic compare and exchange of an aligned word: stores `new` if *word is still there, and sets
 * *word to what was found.
 */
int cmpxchg_user(uint64_t at, uint32_t *word, uint32_t new);

/*
 * Checks what a newer program passes beyond the part of a structure that this kernel knows: it must
 * be zero. Returns 0, -E2BIG or -EFAULT.
 */
int user_tail_is_zero(uint64_t at, uint64_t size);

/* These never sleep. Return 0, -EFAULT, or -EPAGING if they would have to sleep. */
int copy_from_user_nowait(void *to, uint64_t from, size_t n);
int copy_to_user_nowait(uint64_t to, const void *from, size_t n);
int clear_user_nowait(uint64_t to, size_t n);

/* These page nothing in, so they work under a spinlock: a missing page is -EFAULT too. */
int copy_from_user_nofault(void *to, uint64_t from, size_t n);
int get_user_u32_nofault(uint64_t from, uint32_t *to);
int copy_to_user_nofault(uint64_t to, const void *from, size_t n);
int clear_user_nofault(uint64_t to, size_t n);
int cmpxchg_user_nofault(uint64_t at, uint32_t *word, uint32_t new);

/*
 * Copies a string with its NUL. Returns its length without the NUL, -EFAULT, or -ENAMETOOLONG if
 * there is no NUL within `size` bytes.
 */
long copy_string_from_user(char *to, uint64_t from, size_t size);
