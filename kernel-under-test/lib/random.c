#include "lib/random.h"

#include "lib/string.h"

static uint64_t state[4];

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

/* splitmix64, to spread the bits of the seed. */
void random_seed(uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15ull;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ z >> 27) * 0x94d049bb133111ebull;
		state[i] = z ^ z >> 31;
	}
}

uint64_t random_u64(void)
{
	uint64_t result = rotl(state[1] * 5, 7) * 9, t = state[1] << 17;

	state[2] ^= state[0];
	state[3] ^= state[1];
	state[1] ^= state[2];
	state[0] ^= state[3];
	state[2] ^= t;
	state[3] = rotl(state[3], 45);
	return result;
}

void random_fill(void *to, size_t n)
{
	char *at = to;

	while (n) {
		uint64_t word = random_u64();
		size_t part = MIN(n, sizeof(word));

		memcpy(at, &word, part);
		at += part;
		n -= part;
	}
}
