/* Memory and string routines. */
#include "lib/string.h"

void *memmove(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (d <= s || d >= s + n) {
		/* Copying upwards is safe by words too: each word is read before it is written. */
		return memcpy(to, from, n);
	}
	while (n >= 32) {
		uint64_t w0, w1, w2, w3;

		n -= 32;
		__builtin_memcpy(&w3, s + n + 24, 8);
		__builtin_memcpy(&w2, s + n + 16, 8);
		__builtin_memcpy(&w1, s + n + 8, 8);
		__builtin_memcpy(&w0, s + n, 8);
		__builtin_memcpy(d + n + 24, &w3, 8);
		__builtin_memcpy(d + n + 16, &w2, 8);
		__builtin_memcpy(d + n + 8, &w1, 8);
		__builtin_memcpy(d + n, &w0, 8);
	}
	while (n >= 8) {
		uint64_t word;

		n -= 8;
		__builtin_memcpy(&word, s + n, 8);
		__builtin_memcpy(d + n, &word, 8);
	}
	while (n--)
		d[n] = s[n];
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		uint64_t v, w;

		__builtin_memcpy(&v, x, 8);
		__builtin_memcpy(&w, y, 8);
		/* The loop below finds the first byte that differs. */
		if (v != w)
			break;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s; s++)
		if (*s == (char)c)
			return (char *)s;
	return c ? NULL : (char *)s;
}
