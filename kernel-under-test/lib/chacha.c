/* ChaCha20's block function. */
#include "lib/chacha.h"

#include "lib/string.h"

#define ROUNDS 20

static inline uint32_t rotl(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static inline void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b, *d = rotl(*d ^ *a, 16);
	*c += *d, *b = rotl(*b ^ *c, 12);
	*a += *b, *d = rotl(*d ^ *a, 8);
	*c += *d, *b = rotl(*b ^ *c, 7);
}

void chacha20_block(const uint32_t key[CHACHA_KEY_WORDS], uint64_t counter, uint64_t nonce,
		    uint8_t out[CHACHA_BLOCK])
{
	uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, x[16];

	memcpy(&start[4], key, CHACHA_KEY_WORDS * sizeof(*key));
	start[12] = (uint32_t)counter, start[13] = (uint32_t)(counter >> 32);
	start[14] = (uint32_t)nonce, start[15] = (uint32_t)(nonce >> 32);
	memcpy(x, start, sizeof(x));
	/* A column round, then a diagonal round; unrolled so that the words stay in registers. */
	for (int i = 0; i < ROUNDS; i += 2) {
		quarter_round(&x[0], &x[4], &x[8], &x[12]);
		quarter_round(&x[1], &x[5], &x[9], &x[13]);
		quarter_round(&x[2], &x[6], &x[10], &x[14]);
		quarter_round(&x[3], &x[7], &x[11], &x[15]);
		quarter_round(&x[0], &x[5], &x[10], &x[15]);
		quarter_round(&x[1], &x[6], &x[11], &x[12]);
		quarter_round(&x[2], &x[7], &x[8], &x[13]);
		quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
	for (int i = 0; i < 16; i++)
		x[i] += start[i];
	/* Both the machine and the cipher are little-endian. */
	memcpy(out, x, CHACHA_BLOCK);
}
