/* The 64-bit divisions that compilers for 32-bit machines call, in place of libgcc's. */
#include <stdint.h>

#if __SIZEOF_POINTER__ == 4

uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);

static uint64_t divide(uint64_t a, uint64_t b, uint64_t *remainder)
{
	uint64_t quotient = 0, rest = 0;

	for (int bit = 63; bit >= 0; bit--) {
		rest = rest << 1 | (a >> bit & 1);
		if (rest >= b) {
			rest -= b;
			quotient |= UINT64_C(1) << bit;
		}
	}
	*remainder = rest;
	return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
	uint64_t remainder;

	return divide(a, b, &remainder);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
	uint64_t remainder;

	divide(a, b, &remainder);
	return remainder;
}

#endif
