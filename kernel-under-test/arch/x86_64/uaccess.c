/* User memory access: range checks around the routines of copy.S, and the fixup table. */
#include "arch/uaccess.h"

#include "lib/errno.h"
#include "x86.h"

int x86_copy_user(void *to, const void *from, size_t n);
int x86_clear_user(void *to, size_t n);
int x86_copy_user_nofault(void *to, const void *from, size_t n);
int x86_clear_user_nofault(void *to, size_t n);
int x86_copy_user_nowait(void *to, const void *from, size_t n);
int x86_clear_user_nowait(void *to, size_t n);
int x86_load_user_byte(const void *from);
int x86_store_user_byte(void *to, int byte);
int x86_store_user_u16_stride8(void *to_end, const void *from_end, int64_t minus_n);
int x86_load_user_word_nofault(const uint32_t *from, uint32_t *to);
int x86_cmpxchg_user(uint32_t *at, uint32_t *word, uint32_t new);
int x86_cmpxchg_user_nofault(uint32_t *at, uint32_t *word, uint32_t new);
int x86_load_user_byte_nowait(const void *from);
int x86_store_user_byte_nowait(void *to, int byte);
long x86_copy_user_string(char *to, const char *from, size_t size);

static always_inline int from_user(void *to, uint64_t from, size_t n, bool nowait)
{
	int byte;

	if (!user_range_ok(from, n))
		return -EFAULT;
	if (n != 1)
		return (nowait ? x86_copy_user_nowait : x86_copy_user)(to, (const void *)from, n);
	byte = (nowait ? x86_load_user_byte_nowait : x86_load_user_byte)((const void *)from);
	if (byte < 0)
		return byte;
	*(uint8_t *)to = (uint8_t)byte;
	return 0;
}

static always_inline int to_user(uint64_t to, const void *from, size_t n, bool nowait)
{
	if (!user_range_ok(to, n))
		return -EFAULT;
	if (n != 1)
		return (nowait ? x86_copy_user_nowait : x86_copy_user)((void *)to, from, n);
	return (nowait ? x86_store_user_byte_nowait : x86_store_user_byte)((void *)to,
									   *(const uint8_t *)from);
}

int copy_from_user(void *to, uint64_t from, size_t n)
{
	return from_user(to, from, n, false);
}

int copy_to_user(uint64_t to, const void *from, size_t n)
{
	return to_user(to, from, n, false);
}

int copy_from_user_nowait(void *to, uint64_t from, size_t n)
{
	return from_user(to, from, n, true);
}

int copy_to_user_nowait(uint64_t to, const void *from, size_t n)
{
	return to_user(to, from, n, true);
}

int copy_from_user_nofault(void *to, uint64_t from, size_t n)
{
	return user_range_ok(from, n) ? x86_copy_user_nofault(to, (const void *)from, n) : -EFAULT;
}

int copy_to_user_nofault(uint64_t to, const void *from, size_t n)
{
	return user_range_ok(to, n) ? x86_copy_user_nofault((void *)to, from, n) : -EFAULT;
}

int get_user_u32_nofault(uint64_t from, uint32_t *to)
{
	return user_range_ok(from, sizeof(*to))
		       ? x86_load_user_word_nofault((const uint32_t *)from, to)
		       : -EFAULT;
}

int clear_user_nofault(uint64_t to, size_t n)
{
	return user_range_ok(to, n) ? x86_clear_user_nofault((void *)to, n) : -EFAULT;
}

int copy_to_user_u16_stride8(uint64_t to, const void *from, size_t n)
{
	if (!n)
		return 0;
	if (!user_range_ok(to, n * 8 - 6))
		return -EFAULT;
	return x86_store_user_u16_stride8((char *)to + n * 8, (const char *)from + n * 8,
					  -(int64_t)n);
}

int cmpxchg_user(uint64_t at, uint32_t *word, uint32_t new)
{
	return user_range_ok(at, sizeof(*word)) ? x86_cmpxchg_user((uint32_t *)at, word, new)
						: -EFAULT;
}

int cmpxchg_user_nofault(uint64_t at, uint32_t *word, uint32_t new)
{
	return user_range_ok(at, sizeof(*word))
		       ? x86_cmpxchg_user_nofault((uint32_t *)at, word, new)
		       : -EFAULT;
}

int clear_user(uint64_t to, size_t n)
{
	if (!user_range_ok(to, n))
		return -EFAULT;
	if (n == 1)
		return x86_store_user_byte((void *)to, 0);
	return x86_clear_user((void *)to, n);
}

int clear_user_nowait(uint64_t to, size_t n)
{
	if (!user_range_ok(to, n))
		return -EFAULT;
	return n == 1 ? x86_store_user_byte_nowait((void *)to, 0)
		      : x86_clear_user_nowait((void *)to, n);
}

long copy_string_from_user(char *to, uint64_t from, size_t size)
{
	long len;

	if (from >= USER_TOP)
		return -EFAULT;
	len = x86_copy_user_string(to, (const char *)from, MIN(size, USER_TOP - from));
	if (len == -ENAMETOOLONG && size > USER_TOP - from)
		return -EFAULT;
	return len;
}

uint64_t x86_fixup_find(uint64_t rip)
{
	extern const struct {
		uint64_t at;
		uint64_t to;
	} fixups_start[], fixups_end[];

	for (size_t i = 0; &fixups_start[i] < fixups_end; i++)
		if (fixups_start[i].at == rip)
			return fixups_start[i].to;
	return 0;
}

void x86_smap_enable(void)
{
	extern const struct {
		uint8_t *at;
		uint64_t open;
	} smap_sites_start[], smap_sites_end[];

	for (size_t i = 0; &smap_sites_start[i] < smap_sites_end; i++) {
		smap_sites_start[i].at[0] = 0x0f;
		smap_sites_start[i].at[1] = 0x01;
		smap_sites_start[i].at[2] = smap_sites_start[i].open ? 0xcb : 0xca;
	}
}

int user_tail_is_zero(uint64_t at, uint64_t size)
{
	for (uint8_t byte; size; at++, size--) {
		if (copy_from_user(&byte, at, 1) < 0)
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}
