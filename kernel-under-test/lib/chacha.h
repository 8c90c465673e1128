/* The block function of ChaCha20 (RFC 8439, but with a counter and a nonce of 64 bits each). */
#pragma once

#include "lib/types.h"

#define CHACHA_KEY_WORDS 8
#define CHACHA_BLOCK	 64

void chacha20_block(const uint32_t key[CHACHA_KEY_WORDS], uint64_t counter, uint64_t nonce,
		    uint8_t out[CHACHA_BLOCK]);
