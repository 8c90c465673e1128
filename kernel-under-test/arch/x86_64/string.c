/* memcpy() and memset(): by words if short, with string instructions otherwise. */
#include "lib/string.h"

/* Below this, the startup cost of a string instruction exceeds its gain. */
#define STRING_MIN 64

void *memcpy(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (n >= STRING_MIN) {
		size_t words = n / 8;

		asm volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
		n %= 8;
	}
	for (; n >= 8; n -= 8, d += 8, s += 8)
		__builtin_memcpy(d, s, 8);
	while (n--)
		*d++ = *s++;
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	char *d = to;
	uint64_t word = (uint8_t)byte * 0x0101010101010101ull;

	if (n >= STRING_MIN) {
		size_t words = n / 8;

		asm volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(word) : "memory");
		n %= 8;
	}
	for (; n >= 8; n -= 8, d += 8)
		__builtin_memcpy(d, &word, 8);
	while (n--)
		*d++ = (char)byte;
	return to;
}
