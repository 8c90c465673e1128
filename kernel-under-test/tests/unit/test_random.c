/* The cipher against its RFC, and the generator built on it. */
#include "unit.h"

#include "lib/chacha.h"
#include "lib/random.h"

static uint64_t noise;

uint64_t random_entropy(void)
{
	return noise;
}

/* RFC 8439, 2.3.2, with 64-bit counter and nonce in place of 32 and 96. */
static void block(void)
{
	static const uint8_t expected[CHACHA_BLOCK] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
		0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
		0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
		0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
		0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
	uint32_t key[CHACHA_KEY_WORDS];
	uint8_t out[CHACHA_BLOCK];

	for (unsigned int i = 0; i < CHACHA_KEY_WORDS; i++)
		key[i] = (4 * i + 3) << 24 | (4 * i + 2) << 16 | (4 * i + 1) << 8 | 4 * i;
	chacha20_block(key, 0x0900000000000001, 0x000000004a000000, out);
	CHECK(memcmp(out, expected, sizeof(out)) == 0);
}

/* No byte is returned twice, whatever the sizes of the requests. */
static void stream(void)
{
	static uint8_t seen[1 << 16];
	size_t n = 0;
	uint64_t seed = 1;
	unsigned int count[256] = {0};

	while (n < sizeof(seen)) {
		size_t part = 1 + rnd_below(&seed, 700);

		if (part > sizeof(seen) - n)
			part = sizeof(seen) - n;
		random_fill(seen + n, part);
		n += part;
	}
	for (size_t at = 16; at + 16 <= sizeof(seen); at++)
		CHECK(memcmp(seen, seen + at, 16) != 0);
	for (size_t at = 0; at < sizeof(seen); at++)
		count[seen[at]]++;
	/* 256 of each on average; seven standard deviations are 112. */
	for (unsigned int i = 0; i < 256; i++)
		CHECK(count[i] > 144 && count[i] < 368);
}

/* Input mixed in, and entropy of later reseeds, changes all that follows. */
static void mixing(void)
{
	uint8_t bytes[100] = {1}, a[64], b[64];

	random_mix(bytes, 0);
	random_mix(bytes, sizeof(bytes));
	random_fill(a, sizeof(a));
	random_mix(bytes, 1);
	random_fill(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	noise++;
	random_mix(bytes, sizeof(bytes));
	CHECK(random_u64() != random_u64());
}

int main(void)
{
	block();
	stream();
	mixing();
	return 0;
}
