/* Entropy for the random number generator. */
#include "asm/cpu.h"
#include "lib/random.h"

#define LEAF_FEATURES 1
#define ECX_RDRAND    BIT(30)
/* RDRAND may fail under load, but not ten times in a row. */
#define RDRAND_TRIES 10

static bool has_rdrand(void)
{
	static enum { UNKNOWN, YES, NO } known;
	uint32_t r[4];

	if (known == UNKNOWN) {
		x86_cpuid(LEAF_FEATURES, 0, r);
		known = r[2] & ECX_RDRAND ? YES : NO;
	}
	return known == YES;
}

uint64_t random_entropy(void)
{
	uint64_t word = 0;
	bool good = false;

	for (int i = 0; i < RDRAND_TRIES && !good && has_rdrand(); i++)
		asm volatile("rdrand %0" : "=r"(word), "=@ccc"(good) : : "cc");
	return x86_rdtsc() ^ (good ? word : 0);
}
