/* The kernel's string routines, renamed, against the C library's. */
#include "unit.h"

void *kernel_memcpy(void *to, const void *from, size_t n);
void *kernel_memmove(void *to, const void *from, size_t n);
void *kernel_memset(void *to, int byte, size_t n);
int kernel_memcmp(const void *a, const void *b, size_t n);
size_t kernel_strlen(const char *s);
int kernel_strcmp(const char *a, const char *b);
int kernel_strncmp(const char *a, const char *b, size_t n);
char *kernel_strchr(const char *s, int c);

#define SIZE 320

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void blocks(uint64_t *seed)
{
	unsigned char a[SIZE], b[SIZE];
	size_t to = rnd_below(seed, SIZE), from = rnd_below(seed, SIZE);
	size_t n = rnd_below(seed, SIZE - (to > from ? to : from) + 1);
	unsigned char other[SIZE];

	for (int i = 0; i < SIZE; i++) {
		a[i] = b[i] = (unsigned char)rnd(seed);
		other[i] = (unsigned char)rnd(seed);
	}
	CHECK(kernel_memmove(a + to, a + from, n) == a + to);
	memmove(b + to, b + from, n);
	CHECK(memcmp(a, b, SIZE) == 0);

	CHECK(kernel_memcpy(a + to, other + from, n) == a + to);
	memcpy(b + to, other + from, n);
	CHECK(memcmp(a, b, SIZE) == 0);

	CHECK(kernel_memset(a + from, (int)(to * 7 - 100), n) == a + from);
	memset(b + from, (int)(to * 7 - 100), n);
	CHECK(memcmp(a, b, SIZE) == 0);

	memcpy(other, a, SIZE);
	if (n)
		other[to + rnd_below(seed, n)] ^= (unsigned char)rnd(seed);
	CHECK_EQ(sign(kernel_memcmp(a + to, other + to, n)), sign(memcmp(a + to, other + to, n)));
}

static void fill(char *s, uint64_t *seed)
{
	size_t n = rnd_below(seed, 12);

	/* Two letters, one negative as a char: equal strings are frequent. */
	for (size_t i = 0; i < n; i++)
		s[i] = rnd_below(seed, 5) ? 'a' : (char)0xe4;
	s[n] = '\0';
}

static void strings(uint64_t *seed)
{
	char a[16], b[16];
	size_t n = rnd_below(seed, 14);

	fill(a, seed);
	fill(b, seed);
	CHECK_EQ(kernel_strlen(a), strlen(a));
	CHECK_EQ(sign(kernel_strcmp(a, b)), sign(strcmp(a, b)));
	CHECK_EQ(sign(kernel_strncmp(a, b, n)), sign(strncmp(a, b, n)));
	CHECK(kernel_strchr(a, 0xe4) == strchr(a, 0xe4));
	CHECK(kernel_strchr(a, 'x') == NULL);
	CHECK(kernel_strchr(a, '\0') == a + strlen(a));
}

int main(void)
{
	uint64_t seed = 1;

	for (int i = 0; i < 100000; i++)
		blocks(&seed);
	for (int i = 0; i < 100000; i++)
		strings(&seed);
	return 0;
}
