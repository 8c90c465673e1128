/* What compilers for 32-bit machines call for a division of 64 bits, without a library of theirs.
 */
#include <stdint.h>

#if __SIZEOF_POINTER__ == 4

uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);

static uint64_t divide(uint64_t a, uint64_t b, uint64_t *rest)
{
	uint64_t quotient = 0, left = 0;

	for (int bit = 63; bit >= 0; bit--) {
		left = left << 1 | (a >> bit & 1);
		if (left >= b) {
			left -= b;
			quotient |= UINT64_C(1) << bit;
		}
	}
	*rest = left;
	return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
	uint64_t rest;

	return divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
	uint64_t rest;

	divide(a, b, &rest);
	return rest;
}

#endif
