#include "crc32.h"

#include "check.h"

/* The definition, one bit at a time: nothing in common with the code under test. */
static uint32_t crc32_by_bits(const unsigned char *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return crc ^ 0xffffffff;
}

int main(void)
{
	unsigned char all[256];

	CHECK(crc32("", 0) == 0);
	/* The check value of the CRC catalogues. */
	CHECK(crc32("123456789", 9) == 0xcbf43926);

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7 + 3);
	for (size_t len = 0; len <= sizeof(all); len++)
		CHECK(crc32(all, len) == crc32_by_bits(all, len));
	return 0;
}
