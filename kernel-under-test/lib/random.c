/* The random number generator. */
#include "lib/random.h"

#include "lib/chacha.h"
#include "lib/string.h"

/* Each batch spends half a block on the next key. */
#define BLOCKS 16

static uint32_t key[CHACHA_KEY_WORDS];
/* The last `left` bytes have not been handed out; the others are erased. */
static uint8_t pool[BLOCKS * CHACHA_BLOCK];
static size_t left;

/* The first bytes of a batch become the next key. */
static void refill(void)
{
	uint64_t nonce = random_entropy();

	for (unsigned int i = 0; i < BLOCKS; i++)
		chacha20_block(key, i, nonce, pool + (size_t)i * CHACHA_BLOCK);
	memcpy(key, pool, sizeof(key));
	memset(pool, 0, sizeof(key));
	left = sizeof(pool) - sizeof(key);
}

void random_fill(void *to, size_t n)
{
	char *at = to;

	while (n) {
		uint8_t *from;
		size_t part;

		if (!left)
			refill();
		part = MIN(n, left);
		from = pool + sizeof(pool) - left;
		memcpy(at, from, part);
		memset(from, 0, part);
		left -= part;
		at += part;
		n -= part;
	}
}

uint64_t random_u64(void)
{
	uint64_t word;

	random_fill(&word, sizeof(word));
	return word;
}

void random_mix(const void *from, size_t n)
{
	const uint8_t *at = from;
	uint8_t *to = (uint8_t *)key;

	while (n) {
		size_t part = MIN(n, sizeof(key));

		for (size_t i = 0; i < part; i++)
			to[i] ^= at[i];
		/* Rekeys, so that the mixed-in key cannot be recovered. */
		refill();
		at += part;
		n -= part;
	}
}
