/* Unit tests: checks that stop at the first failure, and reproducible random numbers. */
#pragma once

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond);         \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define CHECK_EQ(got, expected)                                                                    \
	do {                                                                                       \
		long long got_ = (long long)(got), expected_ = (long long)(expected);              \
		if (got_ != expected_) {                                                           \
			fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__,  \
				#got, got_, expected_);                                            \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, expected)                                                                   \
	do {                                                                                       \
		const char *got_ = (got), *expected_ = (expected);                                 \
		if (strcmp(got_, expected_) != 0) {                                                \
			fprintf(stderr, "%s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__,        \
				__LINE__, #got, got_, expected_);                                  \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* splitmix64: the same sequence for the same seed, everywhere. */
static inline uint64_t rnd(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 <= result < n */
static inline uint64_t rnd_below(uint64_t *seed, uint64_t n)
{
	return rnd(seed) % n;
}
