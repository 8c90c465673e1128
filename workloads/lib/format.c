#include "format.h"

static const char hex_digits[] = "0123456789abcdef";

size_t format_u64(char *out, uint64_t value)
{
	char reversed[FORMAT_MAX];
	size_t len = 0;

	do {
		reversed[len++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);

	for (size_t i = 0; i < len; i++)
		out[i] = reversed[len - 1 - i];
	return len;
}

size_t format_i64(char *out, int64_t value)
{
	if (value >= 0)
		return format_u64(out, (uint64_t)value);

	*out = '-';
	/* Negated as unsigned, which is defined for INT64_MIN too. */
	return 1 + format_u64(out + 1, -(uint64_t)value);
}

size_t format_hex32(char *out, uint32_t value)
{
	for (int i = 7; i >= 0; i--) {
		out[i] = hex_digits[value & 0xf];
		value >>= 4;
	}
	return 8;
}

int parse_u64(const char *text, uint64_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return -1;
	}
	*value = sum;
	return 0;
}
